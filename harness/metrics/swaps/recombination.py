"""What a method finds in images that it made of the codes of two others."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import torch

from harness.data.dataset import Split
from harness.data.images import Images
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.poses.skeletons import errors_of
from harness.metrics.predictions import Predicted
from harness.metrics.sketches.strokes import sketch_errors
from models.protocols import Predicts, Swaps

MOST_PAIRS = {"fast": 500, "study": 5000}
"""Most images whose pose is given to another, the first ones."""


@runtime_checkable
class SwapsAndPredicts(Swaps, Predicts, Protocol):
    """A method that recombines images and predicts labels from them."""


@metric(
    needs=SwapsAndPredicts,
    keys=[
        MetricKey("recombined_mpjpe", "MPJPE of recombined images", "lower", "mm", "[0, inf)", "0"),
        MetricKey(
            "recombined_pa_mpjpe", "PA-MPJPE of recombined images", "lower", "mm", "[0, inf)", "0"
        ),
        MetricKey(
            "recombined_sketch_sse", "SSE of recombined images", "lower", "", "[0, inf)", "0"
        ),
        MetricKey(
            "recombined_chamfer", "chamfer distance of recombined", "lower", "px", "[0, inf)", "0"
        ),
    ],
)
def recombination(method: SwapsAndPredicts, data: EvaluationData) -> dict[str, float]:
    """Errors of the labels predicted from images recombined of two, against those of the pose's.

    Each test image lends its pose (z_t of SemiX) to another drawn at random, whose appearance (z_s)
    stays; the image made of both is encoded again, and the joints or the sketch predicted from it
    are compared with those of the image that lent its pose. The errors are those of ``joint_error``
    and ``sketch_error``; they are no less than these where the decoded image keeps less of the pose
    than the code did, and grow where the appearance changes it. Of at most 500 images, or 5,000 in
    a study; what a method does not predict, or a dataset does not have, is left out.
    """
    split = data.dataset.test.first(MOST_PAIRS[data.budget])
    unit = data.dataset.known_unit if "joints_3d" in split.modalities else ""
    if not (unit or "sketch" in split.modalities):
        return {}
    predicted = Predicted(_recombined(method, split, data), split)
    scores = {f"recombined_{key}": v for key, v in errors_of(predicted, unit).items() if unit}
    if "sketch" in predicted.modalities and "sketch" in split.modalities:
        found = sketch_errors(predicted.modalities["sketch"], split.modalities["sketch"])
        scores |= {f"recombined_{key}": value for key, value in found.items()}
    return scores


def partners(n: int) -> np.ndarray:
    """Return for each of ``n`` images another one, drawn at random, always the same, ``[n]``.

    Each is the partner of one; a single image is its own.
    """
    order = np.random.default_rng(0).permutation(n)
    other = np.empty(n, np.int64)
    other[order] = np.roll(order, 1)
    return other


def _recombined(
    method: SwapsAndPredicts, split: Split, data: EvaluationData
) -> dict[str, np.ndarray]:
    """Return what is predicted from images with the pose of each and the appearance of another."""
    images, other = Images(split.images, data.device), torch.from_numpy(partners(len(split)))
    found: list[dict[str, torch.Tensor]] = []
    for places in torch.split(torch.arange(len(split)), data.test_batch_size):
        pose, appearance = images.gathered([places, other[places]])
        found.append(method.predict(method.swap(appearance, pose)))
    return {name: torch.cat([each[name] for each in found]).cpu().numpy() for name in found[0]}
