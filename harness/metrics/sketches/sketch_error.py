"""Errors of the sketches that a method predicts from a photograph alone."""

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.predictions import predicted_test
from harness.metrics.sketches.strokes import sketch_errors
from models.protocols import Predicts


@metric(
    needs=Predicts,
    of_modalities=("sketch",),
    keys=[
        MetricKey("sketch_sse", "SSE of distance maps", "lower", "", "[0, inf)", "0"),
        MetricKey("chamfer", "chamfer distance", "lower", "px", "[0, inf)", "0"),
    ],
)
def sketch_error(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Errors of the distance maps that are predicted from a photograph, and of their strokes.

    ``sketch_sse`` is the squared error of the map, summed over pixels; ``chamfer`` the mean
    distance in pixels from a stroke of either sketch to the nearest of the other, strokes being
    the pixels where a map is no more than a quarter. Both are means over test images. A method that
    predicts no sketch has none.
    """
    predicted = predicted_test(method, data)
    if "sketch" not in predicted.modalities:
        return {}
    return sketch_errors(predicted.modalities["sketch"], predicted.split.modalities["sketch"])
