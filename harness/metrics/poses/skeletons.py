"""Skeletons that a method predicts, beside the true ones of the images that have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from harness.data.dataset import Dataset, Split
from harness.data.sampler import test_batches
from harness.datasets.humans.joints import OF_32
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import nearest_rotation
from harness.metrics.poses.alignment import aligned, joint_errors, relative_to_hip
from models.declaration import LABELLED
from models.protocols import Predicts

TRAINING_IMAGES = {"fast": 500, "study": 5000}
"""Most labelled training images that a gap is measured on."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a method predicts from labelled images, and what is true.

    Attributes:
        modalities: predicted, ``[N, ...]`` by name.
        split: the images.
    """

    modalities: Mapping[str, np.ndarray]
    split: Split

    def joints(self) -> np.ndarray | None:
        """Return the predicted joints in space, ``[N, 17, 3]``; None if there are none.

        They are predicted themselves, or composed of a body's own joints and its rotation.
        """
        if "joints_3d" in self.modalities:
            return seventeen_of(self.modalities["joints_3d"])
        if {"cpose", "viewpoint"} <= self.modalities.keys():
            turn = nearest_rotation(self.modalities["viewpoint"])
            return seventeen_of(self.modalities["cpose"] @ turn)
        return None

    def errors(self, unit: str) -> dict[str, float]:
        """Return ``mpjpe`` and ``pa_mpjpe`` in mm; nothing if no joints are predicted.

        Args:
            unit: the factor that says how many mm a unit of the joints is.
        """
        joints = self.joints()
        if joints is None:
            return {}
        true = relative_to_hip(seventeen_of(self.split.modalities["joints_3d"]))
        mm = self.split.factors[unit].astype(np.float64)[:, None]
        plain = joint_errors(relative_to_hip(joints), true)
        return {
            "mpjpe": float((plain * mm).mean()),
            "pa_mpjpe": float((joint_errors(aligned(joints, true), true) * mm).mean()),
        }


def seventeen_of(joints: np.ndarray) -> np.ndarray:
    """Return the seventeen joints of ``[N, 32, ...]``; other skeletons as they are."""
    return joints[:, list(OF_32)] if joints.shape[1] == 32 else joints


def predicted_test(method: Predicts, data: EvaluationData) -> Predicted:
    """Return what a method predicts from the test images, once an evaluation."""
    key = "skeletons", "test"
    return data.once(key, lambda: _predicted(method, data, _with_labels(data.dataset.test, None)))


def predicted_training(method: Predicts, data: EvaluationData) -> Predicted:
    """Return what a method predicts from training images that have labels, once an evaluation."""
    most = TRAINING_IMAGES[data.budget]
    key = "skeletons", "train"
    return data.once(key, lambda: _predicted(method, data, _with_labels(data.dataset.train, most)))


def is_labelled(dataset: Dataset) -> bool:
    """Return whether any training image of a dataset, as it is cut, has labels."""
    return len(_with_labels(dataset.train, 1)) > 0


def _with_labels(split: Split, most: int | None) -> Split:
    if LABELLED not in split.modalities:
        return split.first(most)
    rows = np.flatnonzero(split.modalities[LABELLED])[:most]
    return Split(
        split.images[rows],
        {name: values[rows] for name, values in split.factors.items()},
        {name: values[rows] for name, values in split.modalities.items()},
    )


def _predicted(method: Predicts, data: EvaluationData, split: Split) -> Predicted:
    batches = [
        method.predict(batch["image"])
        for batch in test_batches(split, data.device, data.test_batch_size)
    ]
    names = batches[0] if batches else ()
    joined = {name: torch.cat([batch[name] for batch in batches]).cpu().numpy() for name in names}
    return Predicted(joined, split)
