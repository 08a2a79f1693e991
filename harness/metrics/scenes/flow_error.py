"""Errors of the optical flow that a method finds."""

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.predictions import predicted_test
from harness.metrics.scenes.errors import end_point_errors
from models.protocols import Predicts


@metric(
    needs=Predicts,
    of_modalities=("flow", "visible"),
    keys=[
        MetricKey("flow_epe", "end-point error of flow", "lower", "px", "[0, inf)", "0"),
        MetricKey(
            "flow_epe_visible", "end-point error where visible", "lower", "px", "[0, inf)", "0"
        ),
    ],
)
def flow_error(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """End-point error of the flow that is predicted from two frames, in pixels.

    ``flow_epe`` is the mean distance of where a pixel is said to go from where it goes, and
    ``flow_epe_visible`` that of the pixels whose surface the second frame shows; means over the
    pixels of all test images. A method that predicts no flow has none.
    """
    predicted = predicted_test(method, data)
    if "flow" not in predicted.modalities:
        return {}
    known = predicted.split.modalities
    off = end_point_errors(predicted.modalities["flow"], known["flow"])
    shown = known["visible"][:, 0] > 0
    scores = {"flow_epe": float(off.mean())}
    if shown.any():
        scores["flow_epe_visible"] = float(off[shown].mean())
    return scores
