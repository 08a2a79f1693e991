"""Options of the sets of grids that are drawn where their files are not asked for."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from harness.data.dataset import DataSource
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages, GridOptions

_AT_ONCE = 512

Draw = Callable[[Mapping[str, np.ndarray]], np.ndarray]
"""Returns the images ``[n, C, H, W]`` uint8 of factors ``[n]``."""


@dataclass(frozen=True)
class DrawnGridOptions(GridOptions):
    """Base of the options of sets that are drawn or read.

    Attributes:
        source: ``procedural``, drawn, or ``real``, the published file.
    """

    source: DataSource = "procedural"

    def images(self, data_root: Path | None) -> GridImages:
        """Return the drawn images, or those of the file."""
        if self.source == "real":
            return self.published(data_root)
        return GridImages("procedural", {}, partial(_drawn, self.draw, self.grid))

    def smaller(self, n_train: int, n_test: int) -> Self:
        """Return options of at most so many images, unless the whole file is read anyway."""
        return self if self.source == "real" else self.with_at_most(n_train, n_test)

    @abstractmethod
    def draw(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the images ``[n, C, H, W]`` uint8 of some factors, ``[n]`` each."""

    @abstractmethod
    def published(self, data_root: Path | None) -> GridImages:
        """Return the images of the published file, as :meth:`images` does."""


def _drawn(draw: Draw, grid: Grid, rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), _AT_ONCE):
        yield draw(grid.factors(rows[start : start + _AT_ONCE]))
