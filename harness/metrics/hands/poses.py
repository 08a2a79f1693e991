"""3D poses of test images: the true ones, and those that a method predicts or decodes."""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np
import torch

from harness.data.dataset import Dataset
from harness.datasets.hands.canonical_pose import restore
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import nearest_rotation
from models.protocols import Predicts


def predicted_modalities(method: Predicts, data: EvaluationData) -> dict[str, np.ndarray]:
    """Return what a method predicts from the test images, ``[N, ...]`` by modality."""
    batches = [method.predict(batch["image"]) for batch in data.test_batches()]
    return {
        name: torch.cat([batch[name] for batch in batches]).cpu().numpy() for name in batches[0]
    }


def has_pose(modalities: Container[str]) -> bool:
    """Return whether these modalities determine a pose (see :func:`pose_from`)."""
    return "pose" in modalities or ("cpose" in modalities and "viewpoint" in modalities)


def pose_from(modalities: Mapping[str, np.ndarray], mirrored: np.ndarray) -> np.ndarray:
    """Return the pose ``[N, J, 3]``: predicted itself, or composed of its two parts.

    The parts are turned by the rotation nearest to the predicted viewpoint.

    Args:
        modalities: ``pose``, or ``cpose`` ``[N, J, 3]`` and ``viewpoint`` ``[N, 3, 3]``.
        mirrored: ``[N]`` bool, hands whose canonical pose is a mirror image.
    """
    if "pose" in modalities:
        return modalities["pose"]
    root = np.zeros((len(mirrored), 3))
    return restore(modalities["cpose"], nearest_rotation(modalities["viewpoint"]), root, mirrored)


def mirrored_hands(dataset: Dataset) -> np.ndarray:
    """Return whether each test image's hand is mirrored in the canonical frame, ``[N]`` bool."""
    test = dataset.test
    return test.factors.get("right", np.zeros(len(test))).astype(bool)


def unit_mm(dataset: Dataset) -> np.ndarray:
    """Return the length in mm of the unit of each test image's pose, ``[N]``."""
    return dataset.test.factors[dataset.known_unit].astype(np.float64)


def visible_joints(dataset: Dataset) -> np.ndarray:
    """Return which joints of the test images are visible, ``[N, J]`` bool.

    All of them, where the dataset does not say.
    """
    test = dataset.test
    joints = test.modalities["pose"].shape[1]
    names = [f"visible_{name}" for name in dataset.keypoints]
    if len(names) == joints and all(name in test.factors for name in names):
        return np.stack([test.factors[name] for name in names], 1).astype(bool)
    return np.ones((len(test), joints), bool)
