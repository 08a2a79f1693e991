"""What all the sets have in common: their split, and which image gets which factors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from harness.data.options import DatasetOptions
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages, GridOptions
from harness.datasets.registry import load_dataset
from harness.errors import UserError
from tests.harness.datasets.helpers.asking import Ask, both

GRID = Grid(a=4, b=5, c=6)
ROWS = np.random.default_rng(7).permutation(len(GRID))
"""The place that each row of a file shows."""


def _images(places: np.ndarray) -> np.ndarray:
    factors = GRID.factors(places)
    marks = np.stack([factors[name] for name in "abc"], axis=1).astype(np.uint8)
    return marks[:, :, None, None].repeat(4, axis=2).repeat(4, axis=3)


@dataclass(frozen=True)
class Shown(GridOptions):
    """Images whose three channels are their factors.

    Attributes:
        shuffled: whether the rows stand in another order than the grid.
    """

    published_epochs: ClassVar[int] = 1
    published_batch_size: ClassVar[int] = 1
    appearance_factors: ClassVar[tuple[str, ...]] = ("a",)
    pose_factors: ClassVar[tuple[str, ...]] = ("c",)
    grid: ClassVar[Grid] = GRID
    left_out: ClassVar[tuple[str, ...]] = ("b",)

    shuffled: bool = False

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return 3, 4, 4

    def images(self, data_root: Path | None) -> GridImages:
        of_row = ROWS if self.shuffled else np.arange(len(GRID))

        def read(rows: np.ndarray) -> Iterator[np.ndarray]:
            assert (np.diff(rows) > 0).all(), "they ascend"
            for start in range(0, len(rows), 7):
                yield _images(of_row[rows[start : start + 7]])

        key = {"shuffled": int(self.shuffled)}
        return GridImages("procedural", key, read, ROWS if self.shuffled else None)


def shown(options: DatasetOptions) -> tuple[np.ndarray, np.ndarray]:
    """The places that training and test images show."""
    dataset = load_dataset(options, None)
    for split in (dataset.train, dataset.test):
        assert list(split.factors) == ["a", "c"]
        for channel, name in ((0, "a"), (2, "c")):
            np.testing.assert_array_equal(split.images[:, channel, 1, 2], split.factors[name])
    marks = [split.images[:, :, 0, 0].T for split in (dataset.train, dataset.test)]
    train, test = (GRID.index(dict(zip("abc", mark, strict=True))) for mark in marks)
    return train, test


@pytest.mark.parametrize("shuffled", [False, True])
def test_every_image_is_once_in_one_split_with_its_own_factors(shuffled: bool) -> None:
    train, test = shown(Shown(shuffled=shuffled))
    assert (len(train), len(test)) == (108, 12)
    assert sorted([*train, *test]) == list(range(120))
    again = shown(Shown(shuffled=not shuffled))
    np.testing.assert_array_equal(train, again[0], err_msg="the split is the grid's, not a file's")
    np.testing.assert_array_equal(test, again[1])


def test_the_split_is_random_and_a_function_of_the_seed() -> None:
    train, test = shown(Shown())
    other_train, other_test = shown(Shown(seed=1))
    assert set(test) != set(other_test)
    assert not np.array_equal(train, other_train)
    for part in (train[:60], test, other_test):
        assert (np.diff(part) < 0).any(), "in a random order"
    assert len(np.unique(GRID.factors(train[:20])["a"])) == 4, "the first few are a sample"


def test_limits_take_the_first_images_and_keep_the_splits_apart() -> None:
    train, test = shown(Shown())
    few_train, few_test = shown(Shown(n_train=50, n_test=30))
    np.testing.assert_array_equal(few_train, train[:50])
    np.testing.assert_array_equal(few_test[:12], test)
    assert not set(few_train) & set(few_test)


@both
@pytest.mark.parametrize(("n_train", "n_test"), [(100, 21), (None, 120), (121, 1), (120, None)])
def test_more_images_than_there_are_cannot_be_asked_for(
    ask: Ask, n_train: int | None, n_test: int | None
) -> None:
    with pytest.raises(UserError, match="has 120 images, too few for"):
        ask(Shown(n_train=n_train, n_test=n_test), None)


def test_both_splits_are_views_of_one_mapped_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNBRAID_CACHE", str(tmp_path))
    dataset = load_dataset(Shown(), None)
    (entry,) = tmp_path.glob("*.npy")
    assert np.load(entry).shape == (120, 3, 4, 4)
    for split in (dataset.train, dataset.test):
        base = split.images
        while not isinstance(base, np.memmap):
            assert base.base is not None, "a copy"
            base = base.base


def test_what_a_dry_run_needs_to_know() -> None:
    assert Shown().n_training(None) == 108
    assert Shown(n_train=5).n_training(None) == 5
