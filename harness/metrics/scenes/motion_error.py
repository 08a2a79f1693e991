"""Errors of the camera's motion that a method finds."""

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.predictions import predicted_test
from harness.metrics.scenes.errors import (
    rotation_degrees,
    translation_degrees,
    translation_relative,
)
from models.protocols import Predicts


@metric(
    needs=Predicts,
    of_modalities=("motion",),
    keys=[
        MetricKey("rotation_degrees", "error of rotation", "lower", "°", "[0, 180]", "0"),
        MetricKey("translation_degrees", "angle of translation", "lower", "°", "[0, 180]", "0"),
        MetricKey(
            "translation_relative", "relative error of translation", "lower", "", "[0, inf)", "0"
        ),
    ],
)
def motion_error(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Errors of the motion between two frames that is predicted from them.

    ``rotation_degrees`` is the angle between rotations, ``translation_degrees`` that between
    translations (90 where none is predicted), and ``translation_relative`` how far a translation is
    off, in the length of the true one; means over test images. A method that predicts no motion has
    none.
    """
    predicted = predicted_test(method, data)
    if "motion" not in predicted.modalities:
        return {}
    both = predicted.modalities["motion"], predicted.split.modalities["motion"]
    errors = rotation_degrees, translation_degrees, translation_relative
    return {error.__name__: float(error(*both).mean()) for error in errors}
