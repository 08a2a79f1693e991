"""``falcor3d`` and ``isaac3d`` of Nie et al. (2020), from folders of images with labels.

What an image shows is read from the file of labels, whatever the order of the images.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from harness.data.files.find import find_files, state_of
from harness.data.files.memory import bounded_memory
from harness.data.files.photographs import decoded, digest_of, opened
from harness.datasets.grids.indexing import Grid, require_each_once
from harness.datasets.grids.options import GridImages, GridOptions
from harness.datasets.grids.pixels import SIZE, channels_first, resized
from harness.errors import CorruptFileError

FILE_SIZE = 128
"""Height and width of an image in the files, pixels."""

_MEMORY = 1 << 28
"""Bytes that reading the labels may take; those of Isaac3D have 53 MB, and a damaged header may ask
for any number."""


@dataclass(frozen=True)
class LabelledOptions(GridOptions):
    """Base of the options of both sets.

    Attributes:
        folder: the folder that holds ``images/000000.png`` and so on, and the labels.
        labels: name of the file of labels, an array of numpy's ``[N, factors]``.
        url: where both are had.
    """

    published_batch_size: ClassVar[int] = 64
    folder: ClassVar[str]
    labels: ClassVar[str]
    url: ClassVar[str]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 3, SIZE, SIZE

    def smaller(self, n_train: int, n_test: int) -> Self:
        """Return options of at most so many images: each has a file."""
        return self.with_at_most(n_train, n_test)

    def images(self, data_root: Path | None) -> GridImages:
        """Return the images of the folder in ``data_root/<name>`` or ``data_root``."""
        remedy = (
            "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and "
            f"unpack into FOLDER/{self.name} the folder {self.folder}, with {self.labels} and "
            f"images/000000.png and so on (from {self.url}). The dataset 'dsprites' needs no files."
        )
        file = f"{self.folder}/{self.labels}"
        path = find_files(self.name, data_root, [file], remedy)[file]
        index = _places(path, self.grid)
        folder = path.parent / "images"
        names = [f"{row:06d}.png" for row in range(len(index))]
        key = {**state_of(path), "files": digest_of(folder, names, remedy)}
        return GridImages("real", key, partial(_read, folder), index)


@dataclass(frozen=True)
class Falcor3dOptions(LabelledOptions):
    """Falcor3D, 233,280 renderings of a room, resized to 64x64 RGB; from its files.

    There is one room, so no identity. Appearance is the light, pose the place of the camera. The
    files' 128x128 pixels are resized by a bicubic filter over all of them, and clipped.
    """

    name: ClassVar[str] = "falcor3d"
    published_epochs: ClassVar[int] = 91
    appearance_factors: ClassVar[tuple[str, ...]] = (
        "lighting_intensity",
        "lighting_x",
        "lighting_y",
        "lighting_z",
    )
    pose_factors: ClassVar[tuple[str, ...]] = ("camera_x", "camera_y", "camera_z")
    grid: ClassVar[Grid] = Grid(
        lighting_intensity=5,
        lighting_x=6,
        lighting_y=6,
        lighting_z=6,
        camera_x=6,
        camera_y=6,
        camera_z=6,
    )
    folder: ClassVar[str] = "Falcor3D_down128"
    labels: ClassVar[str] = "train-rec.labels"
    url: ClassVar[str] = "https://drive.google.com/uc?id=1XAQfFK1x6cpN1eiovbP0hVfLTm5SsSoJ"


@dataclass(frozen=True)
class Isaac3dOptions(LabelledOptions):
    """Isaac3D, 737,280 renderings of a robot's arm and an object, 64x64 RGB; from its files.

    The identity is the object's shape. Appearance is the object's shape, scale and colour, the
    light and the wall; pose is the arm's place and the camera's height. The files' 128x128 pixels
    are resized by a bicubic filter over all of them, and clipped.
    """

    name: ClassVar[str] = "isaac3d"
    published_epochs: ClassVar[int] = 29
    identity_factor: ClassVar[str] = "object_shape"
    appearance_factors: ClassVar[tuple[str, ...]] = (
        "object_shape",
        "object_scale",
        "lighting_intensity",
        "lighting_y",
        "object_color",
        "wall_color",
    )
    pose_factors: ClassVar[tuple[str, ...]] = ("robot_x", "robot_y", "camera_height")
    grid: ClassVar[Grid] = Grid(
        object_shape=3,
        robot_x=8,
        robot_y=5,
        camera_height=4,
        object_scale=4,
        lighting_intensity=4,
        lighting_y=6,
        object_color=4,
        wall_color=4,
    )
    categorical: ClassVar[tuple[str, ...]] = ("object_shape", "object_color", "wall_color")
    folder: ClassVar[str] = "Isaac3D_down128"
    labels: ClassVar[str] = "labels.npy"
    url: ClassVar[str] = "https://drive.google.com/uc?id=1OmQ1G2wnm6eTsSFGTKFZZAh5D3nQTW1B"


def _places(path: Path, grid: Grid) -> np.ndarray:
    """Return the place in the grid of each image, ``[N]``; a factor's values count by their rank.

    Raises:
        CorruptFileError: the file is truncated or of another kind, or its labels are not those of
            every combination once.
    """
    try:
        with bounded_memory(_MEMORY):
            labels = np.load(path, allow_pickle=False)
    except Exception as error:  # numpy parses the header as Python: it raises nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or no array of numpy's ({error}). Fetch it again."
        ) from error
    if labels.shape != (len(grid), len(grid.sizes)) or labels.dtype.kind not in "fiu":
        raise CorruptFileError(
            f"{path}: the labels are {list(labels.shape)} {labels.dtype}; numbers "
            f"{[len(grid), len(grid.sizes)]} are expected, of each image its {grid}."
        )
    ranks = {}
    for (name, size), values in zip(grid.sizes.items(), labels.T, strict=True):
        known, ranks[name] = np.unique(values, return_inverse=True)
        if len(known) != size:
            raise CorruptFileError(
                f"{path}: the labels of {name!r} have {len(known)} values, not {size}. Fetch it "
                "again."
            )
    index = grid.index(ranks)
    require_each_once(path, index, grid)
    return index


def _read(folder: Path, rows: np.ndarray) -> Iterator[np.ndarray]:
    names = [f"{row:06d}.png" for row in rows]
    return map(channels_first, decoded(folder, names, _decode))


def _decode(path: Path) -> np.ndarray:
    """Return an image, ``[64, 64, 3]`` uint8."""
    with opened(path) as image:
        if image.size != (FILE_SIZE, FILE_SIZE):
            raise CorruptFileError(
                f"{path} is of {image.width}x{image.height} pixels; {FILE_SIZE}x{FILE_SIZE} are "
                "expected. Fetch it again."
            )
        pixels = np.asarray(image.convert("RGB"))
    return np.asarray(resized(pixels[None], "bicubic")[0])
