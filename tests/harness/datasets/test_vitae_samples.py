"""Samples of a trained C-VITAE: their latents are those they were decoded from."""

from pathlib import Path

import pytest

from harness.datasets.registry import load_dataset
from harness.datasets.vitae_samples import VitaeSamplesOptions

OPTIONS = VitaeSamplesOptions(epochs=10, n_train=60, n_test=30)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))


def test_images_are_decoded_from_their_factors() -> None:
    dataset = load_dataset(OPTIONS, None)
    factors = dataset.test.factors
    assert list(factors) == ["z_appearance_0", "z_appearance_1", "z_pose_0", "z_pose_1"]
    images = dataset.test.images / 255
    # Something is learned: images differ from one another by more than rounding.
    assert images.std(0).mean() > 0.02
