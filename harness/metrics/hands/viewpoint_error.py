"""Errors of the viewpoints that a method predicts from an image alone."""

from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import degrees, nearest_rotation, sum_9
from harness.metrics.hands.poses import predicted_modalities
from harness.metrics.metric import MetricKey, metric
from models.protocols import Predicts


@metric(
    needs=Predicts,
    of_modalities=("viewpoint",),
    keys=[
        MetricKey("viewpoint_sum_9", "viewpoint error", "lower", "", "[0, inf)", "0"),
        MetricKey("viewpoint_degrees", "viewpoint angle", "lower", "°", "[0, 180]", "0"),
    ],
)
def viewpoint_error(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Viewpoint predicted from an image: squared error summed over nine entries, and degrees.

    Both are means over test images. ``viewpoint_sum_9`` is the squared error of the nine numbers
    that a method predicts, their sum, as in dVAE's Table 4; ``viewpoint_degrees`` the angle between
    the rotation nearest to them and the true one. A method that predicts no viewpoint has neither.
    """
    modalities = predicted_modalities(method, data)
    if "viewpoint" not in modalities:
        return {}
    predicted, true = modalities["viewpoint"], data.dataset.test.modalities["viewpoint"]
    return {
        "viewpoint_sum_9": sum_9(predicted, true),
        "viewpoint_degrees": float(degrees(nearest_rotation(predicted), true).mean()),
    }
