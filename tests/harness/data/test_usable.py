"""Datasets that nothing can be learned from are refused."""

import numpy as np
import pytest

from harness.data.dataset import Dataset, Split
from harness.data.usable import require_usable
from harness.errors import UserError


def dataset(train: np.ndarray, test: np.ndarray | None = None) -> Dataset:
    test = train if test is None else test
    return Dataset("mine", "real", Split(train), Split(test))


def images(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("train", "test", "said"),
    [
        ((0, 1, 8, 8), (9, 1, 8, 8), "has 0 training images: it takes at least 2"),
        ((9, 1, 8, 8), (0, 1, 8, 8), "has 0 test images: it takes at least 1"),
        ((9, 1, 28, 0), (9, 1, 28, 0), "has training images of 28 x 0 pixels"),
        ((9, 1, 1, 1), (9, 1, 1, 1), "of 1 x 1 pixels and 1 channels: they need at least 4 x 4"),
        ((9, 0, 8, 8), (9, 0, 8, 8), "0 channels"),
        ((9, 8, 8), (9, 8, 8), r"must be \[N, C, H, W\] uint8, not \[9, 8, 8\] uint8"),
        ((9, 1, 8, 8), (9, 3, 8, 8), "must be alike"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    train: tuple[int, ...], test: tuple[int, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        require_usable(dataset(images(*train), images(*test)))


def test_images_are_bytes() -> None:
    with pytest.raises(UserError, match=r"uint8, not .* float64"):
        require_usable(dataset(images(9, 1, 8, 8) / 255))


def test_small_but_real_data_are_welcome() -> None:
    require_usable(dataset(images(2, 1, 4, 4), images(1, 1, 4, 4)))
