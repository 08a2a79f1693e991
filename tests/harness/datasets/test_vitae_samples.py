"""Samples of a trained C-VITAE: their latents are those they were decoded from."""

from pathlib import Path

import numpy as np
import pytest

from harness.datasets.registry import load_dataset
from harness.datasets.vitae_samples import VitaeSamplesOptions

OPTIONS = VitaeSamplesOptions(epochs=10, n_train=60, n_test=30)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))


def test_images_are_decoded_from_their_factors() -> None:
    dataset = load_dataset(OPTIONS, None)
    assert dataset.train.images.shape == (60, 1, 28, 28)
    assert dataset.train.images.dtype == np.uint8
    factors = dataset.test.factors
    assert list(factors) == ["z_appearance_0", "z_appearance_1", "z_pose_0", "z_pose_1"]
    assert all(values.shape == (30,) and values.dtype == np.float32 for values in factors.values())
    images = dataset.test.images / 255
    # Something is learned: images differ from one another by more than rounding.
    assert images.std(0).mean() > 0.02


def test_more_images_begin_with_the_same_ones() -> None:
    few = load_dataset(OPTIONS, None)
    more = load_dataset(VitaeSamplesOptions(epochs=10, n_train=90, n_test=30), None)
    np.testing.assert_array_equal(more.train.images[:60], few.train.images)
    assert not np.array_equal(few.train.images[:30], few.test.images)
