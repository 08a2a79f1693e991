"""The Fréchet distance of features, by closed forms, and which images it calls realistic."""

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

from harness.metrics.restoration.realism import frechet_distance, realism
from models.method import Batch
from tests.harness.metrics.helpers.contract import Oracle, data, dataset

NAMES = "label", "frame"
RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(300, 5)) @ RNG.normal(size=(5, 5))


def test_a_sample_is_at_no_distance_from_itself_in_any_order() -> None:
    assert frechet_distance(FEATURES, RNG.permutation(FEATURES)) == pytest.approx(0, abs=1e-9)


def test_a_shift_counts_squared_and_a_scale_by_the_spread() -> None:
    """``tr(S + a² S - 2 a S) = (1 - a)² tr S``."""
    assert frechet_distance(FEATURES, FEATURES + 2) == pytest.approx(5 * 4)
    around = FEATURES - FEATURES.mean(0)
    spread = around.var(0).sum()
    assert frechet_distance(around, 0.3 * around) == pytest.approx(0.49 * spread)
    assert frechet_distance(around, 0 * around) == pytest.approx(spread)


@pytest.mark.parametrize("n", [3, 40, 400])
def test_it_is_the_formula_with_the_root_of_the_product(n: int) -> None:
    """Also of samples smaller than the features, whose covariances have no inverse."""
    other = RNG.normal(size=(n, 5)) @ RNG.normal(size=(5, 5)) + 1
    one, two = (np.cov(of, rowvar=False, bias=True) for of in (FEATURES, other))
    root = scipy.linalg.sqrtm(one @ two).real
    means = ((FEATURES.mean(0) - other.mean(0)) ** 2).sum()
    expected = means + np.trace(one + two - 2 * root)
    assert frechet_distance(FEATURES, other) == pytest.approx(expected, rel=1e-5)
    assert frechet_distance(other, FEATURES) == pytest.approx(expected, rel=1e-5)


class Others(Oracle):
    """Restores each image, none of which it sees, as another true one of the split."""

    def restore(self, batch: Batch) -> Tensor:
        identity, frame = (self.factors[name][self.places(batch["image"])] for name in NAMES)
        return self.picture((identity + 5) % 10, frame)

    def visible(self, batch: Batch) -> Tensor:
        return torch.zeros_like(batch["image"][:, :1])


class Mean(Others):
    """Restores each image as the mean of a batch."""

    def restore(self, batch: Batch) -> Tensor:
        return batch["image"].mean(0, keepdim=True).expand_as(batch["image"])


def test_wrong_images_that_are_true_ones_are_at_no_distance_and_means_far() -> None:
    others, mean = (realism.scores(each(dataset()), data()) for each in (Others, Mean))
    assert others["frechet_distance"] == pytest.approx(0, abs=1e-4)
    assert mean["frechet_distance"] > 1
