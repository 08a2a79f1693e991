"""``dsprites``: dSprites of Matthey et al. (2017); procedural, or from its file."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.dataset import DataSource
from harness.data.files.find import find_files, state_of
from harness.datasets.dsprites.drawn import SIZE, draw
from harness.datasets.grids.arrays import AT_ONCE, ImageArray, chosen_rows, open_images
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages, GridOptions
from harness.errors import CorruptFileError

STEM = "dsprites_ndarray_co1sh3sc6or40x32y32_64x64"

_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/dsprites the file {STEM}.npz or {STEM}.hdf5 (from "
    "https://github.com/google-deepmind/dsprites-dataset). dataset.source=procedural needs no "
    "files."
)


@dataclass(frozen=True)
class DspritesOptions(GridOptions):
    """dSprites, 737,280 images of a square, an ellipse or a heart, 64x64 black and white.

    Attributes:
        source: ``procedural``, drawn as the published images are, or ``real``, the published file.
    """

    name: ClassVar[str] = "dsprites"
    published_epochs: ClassVar[int] = 26
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "shape"
    appearance_factors: ClassVar[tuple[str, ...]] = ("shape",)
    pose_factors: ClassVar[tuple[str, ...]] = ("scale", "orientation", "x", "y")
    grid: ClassVar[Grid] = Grid(shape=3, scale=6, orientation=40, x=32, y=32)

    source: DataSource = "procedural"

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 1, SIZE, SIZE

    def images(self, data_root: Path | None) -> GridImages:
        """Return the drawn images, or those of the file in ``data_root/dsprites``."""
        if self.source == "procedural":
            return GridImages("procedural", {}, partial(_drawn, self.grid))
        path = find_files("dsprites", data_root, [STEM], _REMEDY, endings=(".npz", ".hdf5"))[STEM]
        array = open_images(path, "imgs", self.grid, (SIZE, SIZE))
        return GridImages("real", state_of(path), partial(_read, array))


def _drawn(grid: Grid, rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), AT_ONCE):
        yield draw(grid.factors(rows[start : start + AT_ONCE]))


def _read(array: ImageArray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield images of the file, in which 1 is white."""
    for chunk in chosen_rows(array.chunks(AT_ONCE), rows):
        if chunk.max() > 1:
            raise CorruptFileError(
                f"{array.path}: the images should be of 0 and 1, but one has {chunk.max()}. "
                "Fetch it again."
            )
        yield 255 * chunk[:, None]
