"""Codes and known factors of the test images, parted into those to learn from and those to test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from harness.data.dataset import Dataset
from harness.data.pairs import Groups
from harness.metrics.codes.encoding import all_codes
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Rng
from models.protocols import Encodes

IMAGES = {"fast": (1000, 500), "study": (10_000, 5000)}
"""Most test images to learn from and to test on, by budget; ``study`` is that of the large study.

Scores of different numbers of images are not comparable. Of fewer, two thirds are learned from.
"""

POINTS = {"fast": (1000, 500), "study": (10_000, 5000)}
"""Batches to learn from and to test on, of the scores of batches that share a factor."""

BATCH = 64
"""Images, or pairs of images, a batch."""

BINS = 10
"""Into how many quantiles a continuous factor is cut, or one of very many values."""

MOST_VALUES = 200
"""Integer factors of more values are cut as continuous ones are."""


@dataclass(frozen=True)
class Known:
    """What the metrics of factors are computed on, as arrays.

    Attributes:
        codes_train: ``[N, D]`` float64: all latent groups, in order.
        factors_train: ``[N, F]`` int64: those of appearance, then those of pose.
        codes_test: ``[M, D]``, of other images.
        factors_test: ``[M, F]``.
    """

    codes_train: np.ndarray
    factors_train: np.ndarray
    codes_test: np.ndarray
    factors_test: np.ndarray

    @property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """Codes and factors of the images to learn from."""
        return self.codes_train, self.factors_train

    @property
    def both(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """All of them, in the order of the attributes."""
        return self.codes_train, self.factors_train, self.codes_test, self.factors_test


def known(method: Encodes, data: EvaluationData) -> Known:
    """Return codes and known factors of test images drawn at random, the same for every trial."""

    def part() -> Known:
        codes, factors = all_codes(method, data), discrete_factors(data.dataset)
        train, test = parted(len(codes), data)
        return Known(codes[train], factors[train], codes[test], factors[test])

    return data.once("known factors", part)


def parted(n: int, data: EvaluationData) -> tuple[np.ndarray, np.ndarray]:
    """Return which of ``n`` images are learned from and which are tested on, by the budget."""
    order = np.random.default_rng(0).permutation(n)
    n_train, n_test = IMAGES[data.budget]
    n_train = min(n_train, n * 2 // 3)
    return order[:n_train], order[n_train : n_train + n_test]


def discrete_factors(dataset: Dataset) -> np.ndarray:
    """Return the known factors of the test images, ``[N, F]`` int64, continuous ones cut."""
    return np.stack([discrete(dataset.test.factors[name]) for name in dataset.known_factors], 1)


def discrete(values: np.ndarray) -> np.ndarray:
    """Return a factor as integers from 0, ``[N]`` int64, cut where it is continuous."""
    if np.issubdtype(values.dtype, np.integer):
        found, places = np.unique(values, return_inverse=True)
        if len(found) <= MOST_VALUES:
            return places.astype(np.int64)
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    return np.searchsorted(np.unique(np.quantile(values, inner)), values, side="right")


class Sharing:
    """Draws codes of test images that share the value of a known factor.

    The test split is finite: an image is drawn at random, and with it others of its factor's value,
    which may be the image itself; codes are looked up.

    Args:
        codes: ``[N, D]``.
        factors: ``[N, F]`` integers.
    """

    def __init__(self, codes: np.ndarray, factors: np.ndarray) -> None:
        self._codes = codes
        self._groups = [Groups(values) for values in factors.T]

    def pairs(self, factor: int, rng: Rng) -> tuple[np.ndarray, ...]:
        """Return the codes of the first and of the second images of pairs that share a factor."""
        rows = self._rows(BATCH, rng)
        return self._codes[rows], self._codes[self._groups[factor].draw(rows, rng.random(BATCH))]

    def batch(self, factor: int, rng: Rng) -> tuple[np.ndarray, ...]:
        """Return the codes of a batch of images all of which share a factor's value."""
        rows = np.repeat(self._rows(1, rng), BATCH)
        return (self._codes[self._groups[factor].draw(rows, rng.random(BATCH))],)

    def _rows(self, n: int, rng: Rng) -> np.ndarray:
        return (rng.random(n) * len(self._codes)).astype(np.int64)


def numpy_rng(generator: torch.Generator) -> np.random.Generator:
    """Return a generator of NumPy's that is seeded by one of torch's."""
    drawn = torch.randint(2**62, (), generator=generator, device=generator.device)
    return np.random.default_rng(int(drawn))
