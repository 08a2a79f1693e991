"""How different a generator's predictions are from one another: whether it has collapsed."""

from collections.abc import Mapping

import numpy as np

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.poses.alignment import relative_to_hip
from harness.metrics.poses.skeletons import joints_of, seventeen_of
from harness.metrics.predictions import predicted_test
from harness.metrics.scenes.errors import LEAST_DEPTH
from models.protocols import Predicts

_OF = {"joints": "joints in space", "depth": "log-depths", "motion": "translations"}

_ROUNDING = 1e-9
"""What equal predictions may differ by."""


@metric(
    needs=Predicts,
    keys=[
        MetricKey(f"spread_{name}", f"spread of {said}", "none", "", "[0, inf)", "1")
        for name, said in _OF.items()
    ],
)
def spread(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """How much predictions for test images differ from one another, as a share of the truth's.

    The root of the variance over images, of every number alike, over that of what is true:
    ``spread_joints`` of joints in space relative to the hip, ``spread_depth`` of log-depths,
    ``spread_motion`` of translations. Near 0 the generator makes the same of every image: it has
    collapsed. What is not predicted, or not known, has none.
    """
    predicted = predicted_test(method, data)
    known = predicted.split.modalities
    scores = {}
    for name in _OF:
        found, true = (_numbers(name, given) for given in (predicted.modalities, known))
        if found is not None and true is not None and (deviation := _deviation(true)) > 0:
            share = _deviation(found) / deviation
            scores[f"spread_{name}"] = share if share > _ROUNDING else 0.0
    return scores


def _numbers(name: str, given: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return what is compared of predicted or of true modalities, ``[N, ...]``; None if nothing."""
    if name == "joints":
        joints = joints_of(given)
        return None if joints is None else relative_to_hip(seventeen_of(joints))
    if name not in given:
        return None
    if name == "motion":
        return given[name][:, 9:].astype(np.float64)
    return np.asarray(np.log(np.maximum(given[name].astype(np.float64), LEAST_DEPTH)))


def _deviation(numbers: np.ndarray) -> float:
    return float(np.sqrt(numbers.var(axis=0).mean()))
