"""The data that metrics are computed on: a dataset, in batches that fit into a device's memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch

from harness.data.batches.of_method import test_batches
from harness.data.dataset import Dataset, Split
from harness.heartbeat import beat
from harness.training.scale import Budget

if TYPE_CHECKING:
    from models.method import Batch

TEST_BATCH = 1000
"""Most images evaluated at once; it bounds memory and does not change a result's meaning."""

TEST_BATCH_BYTES = 50_000_000
"""Most bytes of a batch's pixels in float32: a thousand images of 64 x 64 in colour.

The activations of a network take more than ten times as much.
"""


def images_at_once(dataset: Dataset) -> int:
    """Return how many images of a dataset are evaluated at once, an even number of 2 or more."""
    of_one = 4 * dataset.spec.n_pixels
    return min(TEST_BATCH, max(2, TEST_BATCH_BYTES // of_one // 2 * 2))


T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class EvaluationData:
    """A dataset to score a method on, and how.

    Attributes:
        dataset: cut to the scale's limits; scores are of its test split.
        device: where the method is.
        batch_size: images a training step takes.
        budget: effort of the metrics that estimate by sampling.
        test_batch_size: images evaluated at once.
        memory: what the metrics of one evaluation share; None where nothing is kept.
    """

    dataset: Dataset
    device: torch.device
    batch_size: int
    budget: Budget = "fast"
    test_batch_size: int = TEST_BATCH
    memory: dict[Hashable, Any] | None = None

    def remembering(self) -> EvaluationData:
        """Return this data for one evaluation of one method, whose metrics share what they can."""
        return replace(self, memory={})

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` returns, made once an evaluation.

        Args:
            key: what it is; with the same method and data it must be the same.
            make: makes it, of nothing random but what is always drawn alike.
        """
        if self.memory is None:
            return make()
        if key not in self.memory:
            self.memory[key] = make()
        return cast(T, self.memory[key])

    def train_batches(self, limit: int) -> Iterator[Batch]:
        """Yield the first ``limit`` training images, on the device, without a fresh warp."""
        return self._batches(self.dataset.train.first(limit))

    def test_batches(self, limit: int | None = None) -> Iterator[Batch]:
        """Yield the test split, or its first ``limit`` images, in its order, on the device."""
        return self._batches(self.dataset.test.first(limit))

    def _batches(self, split: Split) -> Iterator[Batch]:
        for batch in test_batches(split, self.device, self.test_batch_size):
            beat()
            yield batch
