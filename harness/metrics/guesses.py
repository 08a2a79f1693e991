"""Guesses of labels that no method is needed for: what a method must be better than.

The methods ``mean_pose`` and ``nearest_pose`` guess the same of joints. They meet the labels batch
by batch and keep them in buffers, and know nothing of the harness; here all are at hand at once, of
any modality. A test holds the two to the same guesses.
"""

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
    from models.reference.poses import reduced  # with torch, which plans do without

    images = Images(split.images, data.device)
    places = torch.split(torch.arange(len(split)), _AT_ONCE)
    return torch.cat([reduced(batch, SIDE) for batch in images.gathered(list(places))])
