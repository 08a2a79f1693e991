"""``cars3d``: the cars of Reed et al. (2015) from all sides, from a MATLAB file a car."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.files.matlab import read_array
from harness.data.files.photographs import digest_of
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages, GridOptions
from harness.datasets.grids.pixels import SIZE, channels_first, resized
from harness.errors import CorruptFileError, UserError

PATTERN = "car_*_mesh.mat"
FILE_SIZE = 128
"""Height and width of an image in the files, pixels."""

_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/cars3d the files {PATTERN} of all cars (data/cars of "
    "http://www.scottreed.info/files/nips2015-analogy-data.tar.gz). The dataset 'norb' shows toys "
    "from all sides and needs no files."
)


@dataclass(frozen=True)
class Cars3dOptions(GridOptions):
    """Cars3D, 17,568 images of 183 cars from all sides, 64x64 RGB; from its files.

    The identity, and all of the appearance, is the car; pose is the view's elevation and azimuth,
    and a frame one of these 96 views. Cars are numbered in the order of their files' names. The
    files' 128x128 pixels are resized as disentanglement_lib does, by Lanczos' filter.
    """

    name: ClassVar[str] = "cars3d"
    published_epochs: ClassVar[int] = 1214
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "object_type"
    frame_factor: ClassVar[str] = "frame"
    appearance_factors: ClassVar[tuple[str, ...]] = ("object_type",)
    pose_factors: ClassVar[tuple[str, ...]] = ("elevation", "azimuth")
    grid: ClassVar[Grid] = Grid(elevation=4, azimuth=24, object_type=183)
    categorical: ClassVar[tuple[str, ...]] = ("object_type",)
    cyclic: ClassVar[Mapping[str, int]] = {"azimuth": 24}

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 3, SIZE, SIZE

    def images(self, data_root: Path | None) -> GridImages:
        """Return the images of the files in ``data_root/cars3d``, ``/cars`` or ``data_root``."""
        folder, names = self._find(data_root)
        n_cars = len(names)
        index = np.arange(len(self.grid)).reshape(-1, n_cars).T.ravel()  # car by car
        shape = (FILE_SIZE, FILE_SIZE, 3, self.grid.sizes["azimuth"], self.grid.sizes["elevation"])
        paths = [folder / name for name in names]
        key = {"files": digest_of(folder, names, _REMEDY)}
        return GridImages("real", key, partial(_read, paths, shape), index)

    def factors(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """Return the factors at places of the grid, and ``frame``, the number of the view."""
        return {**super().factors(places), "frame": places // self.grid.sizes["object_type"]}

    def _find(self, data_root: Path | None) -> tuple[Path, list[str]]:
        if data_root is None:
            raise UserError(f"The dataset '{self.name}' needs a folder with data. {_REMEDY}")
        folders = (data_root / "cars3d", data_root / "cars", data_root)
        found = {folder: sorted(path.name for path in folder.glob(PATTERN)) for folder in folders}
        folder = next((folder for folder in folders if found[folder]), None)
        if folder is None:
            raise UserError(
                f"Files of the dataset '{self.name}' are missing: {PATTERN} (looked in "
                f"{', '.join(map(str, folders))}). {_REMEDY}"
            )
        n_cars = self.grid.sizes["object_type"]
        if len(found[folder]) != n_cars:
            raise UserError(
                f"{folder} holds {len(found[folder])} files {PATTERN}; there should be {n_cars}, "
                f"one of each car. {_REMEDY}"
            )
        return folder, found[folder]


def _read(paths: list[Path], shape: tuple[int, ...], rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield images car by car; those of a car stand in the order of elevation and azimuth."""
    views = shape[3] * shape[4]
    for car in np.unique(rows // views):
        view = rows[rows // views == car] % views
        yield channels_first(resized(_views(paths[car], shape)[view], "lanczos"))


def _views(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return all images of a car, ``[elevations * azimuths, 128, 128, 3]`` uint8."""
    images = read_array(path, "im")
    if images.shape != shape or images.dtype != np.uint8:
        raise CorruptFileError(
            f"{path}: the array 'im' is {list(images.shape)} {images.dtype}; {list(shape)} uint8 "
            "is expected (height, width, colours, azimuths, elevations). Fetch it again."
        )
    return images.transpose(4, 3, 0, 1, 2).reshape(-1, *shape[:3])
