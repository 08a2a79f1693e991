"""``shapes3d``: 3D Shapes of Burgess and Kim (2018); procedural, or from its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.files.find import find_one, state_of
from harness.datasets.grids.arrays import open_images, read_colour
from harness.datasets.grids.drawn import DrawnGridOptions
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages
from harness.datasets.grids.pixels import SIZE
from harness.datasets.grids.shapes3d.drawn import draw

FILES = (
    "3dshapes.h5",
    "3dshapes.npz",
    "look-at-object-room_floor-hueXwall-hueXobj-hueXobj-sizeXobj-shapeXview-azi.npz",
)
"""The published file, and an ``.npz`` with ``images``, by our name or disentanglement_lib's."""

_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/shapes3d the file {FILES[0]} (from "
    "https://storage.googleapis.com/3d-shapes/3dshapes.h5), or an .npz file of it with the array "
    f"'images', named {FILES[1]}. dataset.source=procedural needs no files."
)


@dataclass(frozen=True)
class Shapes3dOptions(DrawnGridOptions):
    """3D Shapes, 480,000 images of an object in a room, 64x64 RGB; drawn or from its file.

    The identity is the ``shape`` of the object. Appearance is that and the three hues; pose is how
    the object is seen: its ``scale`` and the ``orientation`` of the view. ``procedural`` draws a
    counterpart: rooms, objects and hues are alike, and not the same to the pixel.
    """

    name: ClassVar[str] = "shapes3d"
    published_epochs: ClassVar[int] = 44
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "shape"
    appearance_factors: ClassVar[tuple[str, ...]] = ("floor_hue", "wall_hue", "object_hue", "shape")
    pose_factors: ClassVar[tuple[str, ...]] = ("scale", "orientation")
    grid: ClassVar[Grid] = Grid(
        floor_hue=10, wall_hue=10, object_hue=10, scale=8, shape=4, orientation=15
    )
    categorical: ClassVar[tuple[str, ...]] = ("shape",)
    cyclic: ClassVar[Mapping[str, int]] = {"floor_hue": 10, "wall_hue": 10, "object_hue": 10}
    kept_in: ClassVar[str] = "shapes3d"
    md5s: ClassVar[Mapping[str, str]] = {FILES[0]: "099a2078d58cec4daad0702c55d06868"}

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 3, SIZE, SIZE

    def draw(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the images of a counterpart."""
        return draw(factors)

    def published(self, data_root: Path | None) -> GridImages:
        """Return the images of the file in ``data_root/shapes3d`` or ``data_root``."""
        path = find_one(self.kept_in, data_root, FILES, _REMEDY)
        array = open_images(path, "images", self.grid, (SIZE, SIZE, 3))
        return GridImages("real", state_of(path), partial(read_colour, array))
