"""How much better skeletons are predicted from images that a method was trained on."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.metric import MetricKey, metric
from harness.metrics.poses.reprojection import pixels_off
from harness.metrics.poses.skeletons import errors_of
from harness.metrics.predictions import is_labelled, predicted_test, predicted_training
from models.protocols import Predicts

_LABELS = {
    "mpjpe_gap": ("MPJPE, test minus training", "mm"),
    "pa_mpjpe_gap": ("PA-MPJPE, test minus training", "mm"),
    "reprojection_gap": ("reprojection error, test minus training", "px"),
}


@metric(
    needs=Predicts,
    of_factors=("known_unit",),
    of_modalities=("joints_3d", "joints_2d"),
    keys=[
        MetricKey(name, label, "none", unit, "(-inf, inf)", "0")
        for name, (label, unit) in _LABELS.items()
    ],
)
def joint_error_gap(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Errors of predicted joints in test images minus those in training images.

    ``mpjpe_gap``, ``pa_mpjpe_gap`` and ``reprojection_gap`` are the differences of ``mpjpe``,
    ``pa_mpjpe`` and ``reprojection_error``: large ones show over-fitting. Training images are those
    that have labels, the first 500 of them, or 5,000 in a study.
    """
    if not is_labelled(data.dataset):
        reason = "no training image has labels"
        return Scores(dict.fromkeys(_LABELS, float("nan")), dict.fromkeys(_LABELS, reason))
    test, training = predicted_test(method, data), predicted_training(method, data)
    unit = data.dataset.known_unit
    tested, trained = errors_of(test, unit), errors_of(training, unit)
    gaps = {f"{name}_gap": tested[name] - trained[name] for name in tested}
    off, off_in_training = pixels_off(test), pixels_off(training)
    if off is not None and off_in_training is not None:
        gaps["reprojection_gap"] = off - off_in_training
    return gaps
