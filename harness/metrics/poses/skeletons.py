"""Skeletons that a method predicts, and their errors."""

from collections.abc import Mapping

import numpy as np

from harness.data.dataset import Split
from harness.datasets.humans.joints import OF_32
from harness.metrics.hands.joints import nearest_rotation
from harness.metrics.poses.alignment import aligned, joint_errors, relative_to_hip
from harness.metrics.predictions import Predicted


def joints_of(modalities: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return the joints in space among predicted modalities, ``[N, 17, 3]``; None if none are.

    They are predicted themselves, or composed of a body's own joints and its rotation.
    """
    if "joints_3d" in modalities:
        return seventeen_of(modalities["joints_3d"])
    if {"cpose", "viewpoint"} <= modalities.keys():
        turn = nearest_rotation(modalities["viewpoint"])
        return seventeen_of(modalities["cpose"] @ turn)
    return None


def errors_of(predicted: Predicted, unit: str) -> dict[str, float]:
    """Return ``mpjpe`` and ``pa_mpjpe`` in mm; nothing if no joints are predicted.

    Args:
        predicted: the joints, and the true ones.
        unit: the factor that says how many mm a unit of the joints is.
    """
    joints = joints_of(predicted.modalities)
    return {} if joints is None else errors_in_mm(joints, predicted.split, unit)


def errors_in_mm(joints: np.ndarray, split: Split, unit: str) -> dict[str, float]:
    """Return ``mpjpe`` and ``pa_mpjpe`` of joints ``[N, 17, 3]`` beside those of some images."""
    true = relative_to_hip(seventeen_of(split.modalities["joints_3d"]))
    mm = split.factors[unit].astype(np.float64)[:, None]
    plain = joint_errors(relative_to_hip(joints), true)
    return {
        "mpjpe": float((plain * mm).mean()),
        "pa_mpjpe": float((joint_errors(aligned(joints, true), true) * mm).mean()),
    }


def seventeen_of(joints: np.ndarray) -> np.ndarray:
    """Return the seventeen joints of ``[N, 32, ...]``; other skeletons as they are."""
    return joints[:, list(OF_32)] if joints.shape[1] == 32 else joints
