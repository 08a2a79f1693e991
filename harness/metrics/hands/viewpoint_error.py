"""How far a method's viewpoints, found in an image alone, are from the truth."""

from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import degrees, nearest_rotation, sum_9
from harness.metrics.hands.pose_error import predictions
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
    """Viewpoint found in an image: squared error summed over nine entries, and degrees.

    Return ``viewpoint_sum_9`` and ``viewpoint_degrees``, means over test images.

    The first is the squared error of the nine numbers that a method predicts, their sum, as dVAE's
    Table 4 has it; the second the angle between the rotation nearest to them and the true one. A
    method that predicts no viewpoint is not scored.
    """
    found = predictions(method, data)
    if "viewpoint" not in found:
        return {}
    predicted, true = found["viewpoint"], data.dataset.test.modalities["viewpoint"]
    return {
        "viewpoint_sum_9": sum_9(predicted, true),
        "viewpoint_degrees": float(degrees(nearest_rotation(predicted), true).mean()),
    }
