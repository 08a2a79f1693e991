"""Errors of the depth that a method finds."""

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.predictions import predicted_test
from harness.metrics.scenes.errors import abs_rel, log_rmse, median_aligned
from models.protocols import Predicts

_ERRORS = {
    "abs_rel": ("relative error of depth", abs_rel),
    "log_rmse": ("RMSE of log-depth", log_rmse),
}


@metric(
    needs=Predicts,
    of_modalities=("depth",),
    keys=[
        MetricKey(f"depth_{name}{ending}", f"{label}{said}", "lower", "", "[0, inf)", "0")
        for ending, said in (("", ""), ("_aligned", ", medians aligned"))
        for name, (label, _) in _ERRORS.items()
    ],
)
def depth_error(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Errors of the depth that is predicted from an image.

    ``depth_abs_rel`` is the mean absolute error of a pixel's depth in the true one, and
    ``depth_log_rmse`` the root of an image's mean squared error of natural logarithms, both means
    over test images. ``depth_abs_rel_aligned`` and ``depth_log_rmse_aligned`` are the same after
    each image's depths were scaled to have the true median, since one camera alone does not tell
    the scale. A method that predicts no depth has none.
    """
    predicted = predicted_test(method, data)
    if "depth" not in predicted.modalities:
        return {}
    depth, true = predicted.modalities["depth"], predicted.split.modalities["depth"]
    forms = {"": depth, "_aligned": median_aligned(depth, true)}
    return {
        f"depth_{name}{ending}": float(error(form, true).mean())
        for ending, form in forms.items()
        for name, (_, error) in _ERRORS.items()
    }
