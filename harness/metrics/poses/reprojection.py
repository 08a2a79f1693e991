"""How far off in the image the joints are that a method predicts."""

import numpy as np

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.poses.alignment import fitted_camera, joint_errors, projected
from harness.metrics.poses.skeletons import joints_of, seventeen_of
from harness.metrics.predictions import Predicted, predicted_test
from models.protocols import Predicts


@metric(
    needs=Predicts,
    of_modalities=("joints_2d",),
    keys=[MetricKey("reprojection_error", "reprojection error", "lower", "px", "[0, inf)", "0")],
)
def reprojection(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """Mean distance in the image of predicted joints from the true ones, in pixels.

    A method's joints in space are projected by the weak camera that it predicts, or, of a method
    that predicts none, by the one that fits the true places best. One that predicts a pinhole
    camera is scored on the places that this sees. A method that predicts no joints
    in space but the places in the image themselves is scored on these.
    """
    off = pixels_off(predicted_test(method, data))
    return {} if off is None else {"reprojection_error": off}


def pixels_off(predicted: Predicted) -> float | None:
    """Return the mean distance in pixels; None of a method that predicts no joints at all."""
    true = seventeen_of(predicted.split.modalities["joints_2d"])
    at = places_of(predicted, true)
    if at is None:
        return None
    height, width = predicted.split.images.shape[2:]
    half = np.array([width, height]) / 2  # places go from -1 to 1
    return float(joint_errors(at * half, true * half).mean())


def places_of(predicted: Predicted, true: np.ndarray) -> np.ndarray | None:
    """Return where predicted joints are in the image, ``[N, 17, 2]``, from -1 to 1; None if none.

    Args:
        predicted: the joints in space, with or without a camera, or the places themselves.
        true: ``[N, 17, 2]``, the true places, to which a camera is fitted where none is predicted.
    """
    if {"pinhole", "joints_2d"} <= predicted.modalities.keys():
        return seventeen_of(predicted.modalities["joints_2d"])
    joints = joints_of(predicted.modalities)
    if joints is not None:
        camera = predicted.modalities.get("weak_camera")
        return projected(joints, fitted_camera(joints, true) if camera is None else camera)
    if "joints_2d" in predicted.modalities:
        return seventeen_of(predicted.modalities["joints_2d"])
    return None
