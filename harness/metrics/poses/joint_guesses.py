"""Errors of skeletons that are guessed without a method."""

import numpy as np

from harness.metrics.data import EvaluationData
from harness.metrics.guesses import guesses
from harness.metrics.metric import MetricKey, metric
from harness.metrics.poses.skeletons import errors_in_mm, seventeen_of
from models.protocols import Predicts

_GUESSES = {"mean": "the mean pose", "nearest": "the nearest neighbour"}
_ERRORS = {"mpjpe": "MPJPE", "pa_mpjpe": "PA-MPJPE"}


@metric(
    needs=Predicts,
    of_factors=("known_unit",),
    of_modalities=("joints_3d",),
    keys=[
        MetricKey(f"{error}_of_{guess}", f"{label} of {said}", "none", "mm", "[0, inf)", "chance")
        for guess, said in _GUESSES.items()
        for error, label in _ERRORS.items()
    ],
)
def joint_guesses(method: Predicts, data: EvaluationData) -> dict[str, float]:  # noqa: ARG001
    """Errors of two guesses of the joints in space, which a method must be better than.

    ``mpjpe_of_mean`` and ``pa_mpjpe_of_mean`` are the errors of the mean skeleton of the training
    images that have labels, ``mpjpe_of_nearest`` and ``pa_mpjpe_of_nearest`` those of the skeleton
    of the training image that looks most like the test image, averaged to 16 x 16 pixels. They are
    of the data alone, whatever the method; the first 2,000 labelled images are known, or 20,000 in
    a study.
    """
    guessed = guesses(data)
    if guessed is None:
        return {}
    unit = data.dataset.known_unit
    scores: dict[str, float] = {}
    for guess, joints in (
        ("mean", guessed.mean("joints_3d")),
        ("nearest", guessed.nearest("joints_3d")),
    ):
        found = errors_in_mm(seventeen_of(np.asarray(joints)), guessed.tested, unit)
        scores |= {f"{error}_of_{guess}": value for error, value in found.items()}
    return scores
