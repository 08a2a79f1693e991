"""Guesses of labels that no method is needed for: what a method must be better than."""

from dataclasses import dataclass

import numpy as np
import torch

from harness.data.dataset import Split
from harness.data.images import Images
from harness.metrics.codes.neighbours import nearest
from harness.metrics.data import EvaluationData
from harness.metrics.predictions import with_labels

MOST_TRAINING = {"fast": 2000, "study": 20_000}
"""Most labelled training images, the first ones, that a guess is made of."""

SIDE = 16
"""Height and width to which images are averaged before they are compared."""

_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Guesses:
    """What the labels of test images are guessed to be.

    Attributes:
        training: the labelled training images that are known.
        tested: the test images.
        alike: ``[N]``, for each test image which training image looks most like it.
    """

    training: Split
    tested: Split
    alike: np.ndarray

    def mean(self, name: str) -> np.ndarray:
        """Return the training images' mean label for each test image, ``[N, ...]``."""
        one = self.training.modalities[name].mean(0, dtype=np.float64).astype(np.float32)
        return np.broadcast_to(one, (len(self.tested), *one.shape))

    def nearest(self, name: str) -> np.ndarray:
        """Return for each test image the label of the training image most like it."""
        return np.asarray(self.training.modalities[name][self.alike])


def guesses(data: EvaluationData) -> Guesses | None:
    """Return what can be guessed, once an evaluation; None where no training image has labels."""

    def make() -> Guesses | None:
        training = with_labels(data.dataset.train, MOST_TRAINING[data.budget])
        tested = with_labels(data.dataset.test, None)
        if not len(training):
            return None
        alike = nearest(_small(tested, data), _small(training, data), 1)[:, 0]
        return Guesses(training, tested, alike)

    return data.once("guesses", make)


def _small(split: Split, data: EvaluationData) -> "torch.Tensor":
    """Return the images of a split averaged to a few pixels, ``[N, D]``."""
    images = Images(split.images, data.device)
    places = torch.split(torch.arange(len(split)), _AT_ONCE)
    pooled = [
        torch.nn.functional.adaptive_avg_pool2d(batch, SIDE).flatten(1)
        for batch in images.gathered(list(places))
    ]
    return torch.cat(pooled)
