"""Other contents have other fingerprints."""

import numpy as np

from harness.data.dataset import Dataset, Split
from harness.data.fingerprint import HASHED_BYTES, fingerprint


def dataset(train: np.ndarray, test: np.ndarray | None = None) -> Dataset:
    test = train if test is None else test
    return Dataset("mine", "real", Split(train), Split(test))


def test_a_fingerprint_is_of_the_content() -> None:
    first = np.random.default_rng(0).integers(0, 256, (9, 1, 8, 8), np.uint8)
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
