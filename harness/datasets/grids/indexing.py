"""Where in a set that shows every combination of its factors' values each combination stands."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness.data.options import Arrays
from harness.errors import CorruptFileError


class Grid:
    """Every combination of the values of some factors, once, the last factor varying fastest.

    Neither direction takes a table: an index is a number whose digits are the factors.

    Args:
        sizes: how many values each factor has, by name, the slowest first.
    """

    def __init__(self, **sizes: int) -> None:
        self.sizes: Mapping[str, int] = sizes

    def __len__(self) -> int:
        return math.prod(self.sizes.values())

    def __str__(self) -> str:
        return " x ".join(f"{name} {size}" for name, size in self.sizes.items())

    def factors(self, index: np.ndarray) -> Arrays:
        """Return the factors at places of the grid.

        Args:
            index: ``[n]`` in ``0 .. len(self) - 1``.

        Returns:
            By name, ``[n]`` int64 each, counted from 0.
        """
        digits = np.unravel_index(index, tuple(self.sizes.values()))
        return {
            name: digit.astype(np.int64) for name, digit in zip(self.sizes, digits, strict=True)
        }

    def index(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the places ``[n]`` of some factors, ``[n]`` each, by name in any order.

        Raises:
            ValueError: a value is below 0 or beyond its factor's.
        """
        digits = tuple(np.asarray(factors[name]) for name in self.sizes)
        return np.asarray(np.ravel_multi_index(digits, tuple(self.sizes.values())))


def require_each_once(path: Path, index: np.ndarray, grid: Grid) -> None:
    """Refuse images that do not show every place of a grid once.

    Args:
        path: the file that says what they show.
        index: ``[N]``, the place of each image.
        grid: what they should show.

    Raises:
        CorruptFileError: says how many are missing, and how many are there again.
    """
    times = np.bincount(index, minlength=len(grid))
    if (times != 1).any():
        missing, again = int((times == 0).sum()), int((times[times > 1] - 1).sum())
        raise CorruptFileError(
            f"{path}: each of {len(grid):,} combinations ({grid}) should be there once, but "
            f"{missing:,} are missing and {again:,} are there again. Fetch it again."
        )
