"""``mpi3d_toy`` and its like: the four sets of MPI3D (Gondal et al., 2019), each from its file.

The owners' table gives 6 colours and 6 shapes of objects for three sets, and 4 and 4 for the fourth
alone; code that indexes those three by 4 and 4 takes wrong images without an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from harness.data.files.find import find_one, state_of
from harness.datasets.grids.arrays import open_images, read_colour
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages, GridOptions
from harness.datasets.grids.pixels import SIZE

_OTHERS = {"object_size": 2, "camera_height": 3, "background_color": 3}
_ARM = {"horizontal": 40, "vertical": 40}


@dataclass(frozen=True)
class Mpi3dOptions(GridOptions):
    """Base of the options of MPI3D's sets.

    The identity is the object's shape. Appearance is the object's colour, shape and size and the
    colour of the background; pose is the camera's height and the arm's two axes.

    Attributes:
        files: names that the set's file may have.
        url: where it is had.
    """

    published_epochs: ClassVar[int] = 21
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "object_shape"
    appearance_factors: ClassVar[tuple[str, ...]] = (
        "object_color",
        "object_shape",
        "object_size",
        "background_color",
    )
    pose_factors: ClassVar[tuple[str, ...]] = ("camera_height", "horizontal", "vertical")
    grid: ClassVar[Grid] = Grid(object_color=6, object_shape=6, **_OTHERS, **_ARM)
    categorical: ClassVar[tuple[str, ...]] = ("object_color", "object_shape", "background_color")
    kept_in: ClassVar[str] = "mpi3d"
    files: ClassVar[tuple[str, ...]]
    url: ClassVar[str] = "https://huggingface.co/datasets/waleedgondal/mpi3d"

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 3, SIZE, SIZE

    def images(self, data_root: Path | None) -> GridImages:
        """Return the images of the file in ``data_root/mpi3d`` or ``data_root``."""
        remedy = (
            "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and "
            f"put into FOLDER/mpi3d the file {' or '.join(self.files)} (from {self.url}). The "
            "dataset 'dsprites' needs no files."
        )
        path = find_one(self.kept_in, data_root, self.files, remedy)
        array = open_images(path, "images", self.grid, (SIZE, SIZE, 3))
        return GridImages("real", state_of(path), partial(read_colour, array))


@dataclass(frozen=True)
class Mpi3dToyOptions(Mpi3dOptions):
    """MPI3D toy, 1,036,800 simple renderings of a robot's arm, 64x64 RGB; from its file."""

    name: ClassVar[str] = "mpi3d_toy"
    files: ClassVar[tuple[str, ...]] = ("mpi3d_toy.npz",)
    md5s: ClassVar[Mapping[str, str]] = {files[0]: "55889cb7c7dfc655d6e0277beee88868"}


@dataclass(frozen=True)
class Mpi3dRealisticOptions(Mpi3dOptions):
    """MPI3D realistic, 1,036,800 careful renderings of a robot's arm, 64x64 RGB; from its file."""

    name: ClassVar[str] = "mpi3d_realistic"
    files: ClassVar[tuple[str, ...]] = ("mpi3d_realistic.npz",)
    md5s: ClassVar[Mapping[str, str]] = {files[0]: "59a6225b88b635365f70c91b3e52f70f"}


@dataclass(frozen=True)
class Mpi3dRealOptions(Mpi3dOptions):
    """MPI3D real, 1,036,800 photographs of a robot's arm, 64x64 RGB; from its file."""

    name: ClassVar[str] = "mpi3d_real"
    files: ClassVar[tuple[str, ...]] = ("mpi3d_real.npz",)
    md5s: ClassVar[Mapping[str, str]] = {files[0]: "0f33f609918fb5c97996692f91129802"}


@dataclass(frozen=True)
class Mpi3dComplexOptions(Mpi3dOptions):
    """MPI3D complex, 460,800 photographs of everyday objects on an arm, 64x64 RGB.

    This is the set that the paper on latent quantization calls MPI3D: its figures do not compare
    with those of ``mpi3d_real``.
    """

    name: ClassVar[str] = "mpi3d_complex"
    published_epochs: ClassVar[int] = 46
    grid: ClassVar[Grid] = Grid(object_color=4, object_shape=4, **_OTHERS, **_ARM)
    files: ClassVar[tuple[str, ...]] = (
        "real3d_complicated_shapes_ordered.npz",
        "mpi3d_complex.npz",
    )
    url: ClassVar[str] = "https://drive.google.com/uc?id=1Tp8eTdHxgUMtsZv5uAoYAbJR1BOa_OQm"
