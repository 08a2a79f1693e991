"""What a method predicts from images that have labels, test images and training ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from harness.data.batches.of_method import test_batches
from harness.data.dataset import Dataset, Split
from harness.metrics.data import EvaluationData
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


def predicted_test(method: Predicts, data: EvaluationData) -> Predicted:
    """Return what a method predicts from the test images, once an evaluation."""
    key = "predicted", "test"
    return data.once(key, lambda: _predicted(method, data, with_labels(data.dataset.test, None)))


def predicted_training(method: Predicts, data: EvaluationData) -> Predicted:
    """Return what a method predicts from training images that have labels, once an evaluation."""
    most = TRAINING_IMAGES[data.budget]
    key = "predicted", "train"
    return data.once(key, lambda: _predicted(method, data, with_labels(data.dataset.train, most)))


def is_labelled(dataset: Dataset) -> bool:
    """Return whether any training image of a dataset, as it is cut, has labels."""
    return len(with_labels(dataset.train, 1)) > 0


def with_labels(split: Split, most: int | None) -> Split:
    """Return the first ``most`` images of a split that have labels; None for all of them."""
    if LABELLED not in split.modalities:
        return split.first(most)
    return some_rows(split, np.flatnonzero(split.modalities[LABELLED])[:most])


def some_rows(split: Split, rows: np.ndarray) -> Split:
    """Return the images of a split at some places, and what belongs to them."""
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
