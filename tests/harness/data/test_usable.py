"""Datasets that nothing can be learned from are refused; other contents have other fingerprints."""

import numpy as np
import pytest

from harness.data.dataset import Dataset, Split
from harness.data.usable import HASHED_BYTES, fingerprint, require_usable
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


def test_a_fingerprint_is_of_the_content() -> None:
    first = images(9, 1, 8, 8)
    assert fingerprint(dataset(first)) == fingerprint(dataset(first.copy()))
    for row in (0, 8):
        other = first.copy()
        other[row, 0, 3, 3] ^= 1
        assert fingerprint(dataset(other)) != fingerprint(dataset(first))
    assert fingerprint(dataset(first[:8])) != fingerprint(dataset(first))
    assert fingerprint(dataset(first.reshape(9, 1, 4, 16))) != fingerprint(dataset(first))
    labelled = Dataset("mine", "real", Split(first, {"label": np.arange(9)}), Split(first))
    swapped = Dataset("mine", "real", Split(first, {"label": np.arange(9)[::-1]}), Split(first))
    assert len({fingerprint(each) for each in (labelled, swapped, dataset(first))}) == 3


def test_it_reads_the_ends_of_large_arrays_alone() -> None:
    large = np.zeros((4 * HASHED_BYTES // 64, 1, 8, 8), np.uint8)
    middle = large.copy()
    middle[len(large) // 2] = 1
    assert fingerprint(dataset(middle, large)) == fingerprint(dataset(large))
    last = large.copy()
    last[-1] = 1
    assert fingerprint(dataset(last, large)) != fingerprint(dataset(large))
