"""How far a method's viewpoints, found in an image alone, are from the truth."""

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import degrees, nearest_rotation, sum_9
from harness.metrics.hands.pose_error import predictions
from models.method import Method
from models.protocols import Predicts


def compute(
    method: Method,
    data: EvaluationData,
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``viewpoint_sum_9`` and ``viewpoint_degrees``, means over test images.

    The first is the squared error of the nine numbers that a method predicts, their sum, as dVAE's
    Table 4 has it; the second the angle between the rotation nearest to them and the true one. A
    method that predicts no viewpoint is not scored.
    """
    assert isinstance(method, Predicts)
    found = predictions(method, data)
    if "viewpoint" not in found:
        return {}
    predicted, true = found["viewpoint"], data.dataset.test.modalities["viewpoint"]
    return {
        "viewpoint_sum_9": sum_9(predicted, true),
        "viewpoint_degrees": float(degrees(nearest_rotation(predicted), true).mean()),
    }
