"""Errors of the skeletons that a method predicts from an image alone."""

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.poses.skeletons import errors_of
from harness.metrics.predictions import predicted_test
from models.protocols import Predicts


@metric(
    needs=Predicts,
    of_factors=("known_unit",),
    of_modalities=("joints_3d",),
    keys=[
        MetricKey("mpjpe", "MPJPE", "lower", "mm", "[0, inf)", "0"),
        MetricKey("pa_mpjpe", "PA-MPJPE", "lower", "mm", "[0, inf)", "0"),
    ],
)
def joint_error(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Mean error of the joints in space that are predicted from an image, in mm.

    ``mpjpe`` is the mean distance of a joint from the true one, both relative to the hip;
    ``pa_mpjpe`` the same after each skeleton was turned, scaled and moved to be as near as can be
    to the true one, but not mirrored. Both are means over joints, the hip included, and over test
    images. A method that predicts neither joints in space nor a body's own joints with its rotation
    has none.
    """
    return errors_of(predicted_test(method, data), data.dataset.known_unit)
