"""How much better sketches are predicted from photographs that a method was trained on."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.metric import MetricKey, metric
from harness.metrics.predictions import is_labelled, predicted_test, predicted_training
from harness.metrics.sketches.strokes import sketch_errors
from models.protocols import Predicts

_LABELS = {
    "sketch_sse_gap": ("SSE of distance maps, test minus training", ""),
    "chamfer_gap": ("chamfer distance, test minus training", "px"),
}


@metric(
    needs=Predicts,
    of_modalities=("sketch",),
    keys=[
        MetricKey(name, label, "none", unit, "(-inf, inf)", "0")
        for name, (label, unit) in _LABELS.items()
    ],
)
def sketch_error_gap(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Errors of predicted sketches of test images minus those of training images.

    ``sketch_sse_gap`` and ``chamfer_gap`` are the differences of ``sketch_sse`` and ``chamfer``:
    large ones show over-fitting. Training images are those that have their sketches, the first 500
    of them, or 5,000 in a study.
    """
    if not is_labelled(data.dataset):
        reason = "no training image has its sketch"
        return Scores(dict.fromkeys(_LABELS, float("nan")), dict.fromkeys(_LABELS, reason))
    both = predicted_test(method, data), predicted_training(method, data)
    if "sketch" not in both[0].modalities:
        return {}
    tested, trained = (
        sketch_errors(each.modalities["sketch"], each.split.modalities["sketch"]) for each in both
    )
    return {f"{name}_gap": tested[name] - trained[name] for name in tested}
