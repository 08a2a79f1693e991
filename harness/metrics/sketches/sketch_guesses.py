"""Errors of sketches that are guessed without a method."""

from harness.metrics.data import EvaluationData
from harness.metrics.guesses import guesses
from harness.metrics.metric import MetricKey, metric
from harness.metrics.sketches.strokes import sketch_errors
from models.protocols import Predicts

_GUESSES = {"mean": "the mean sketch", "nearest": "the nearest neighbour"}
_ERRORS = {"sketch_sse": ("SSE of distance maps", ""), "chamfer": ("chamfer distance", "px")}


@metric(
    needs=Predicts,
    of_modalities=("sketch",),
    keys=[
        MetricKey(f"{error}_of_{guess}", f"{label} of {said}", "none", unit, "[0, inf)", "chance")
        for guess, said in _GUESSES.items()
        for error, (label, unit) in _ERRORS.items()
    ],
)
def sketch_guesses(method: Predicts, data: EvaluationData) -> dict[str, float]:  # noqa: ARG001
    """Errors of two guesses of the sketch, which a method must be better than.

    ``sketch_sse_of_mean`` and ``chamfer_of_mean`` are the errors of the mean distance map of the
    training images that have sketches, ``sketch_sse_of_nearest`` and ``chamfer_of_nearest`` those
    of the sketch of the training image that looks most like the test image, averaged to 16 x 16
    pixels. They are of the data alone, whatever the method; the first 2,000 labelled images are
    known, or 20,000 in a study.
    """
    guessed = guesses(data)
    if guessed is None:
        return {}
    true = guessed.tested.modalities["sketch"]
    scores: dict[str, float] = {}
    for guess, maps in (("mean", guessed.mean("sketch")), ("nearest", guessed.nearest("sketch"))):
        found = sketch_errors(maps, true)
        scores |= {f"{error}_of_{guess}": value for error, value in found.items()}
    return scores
