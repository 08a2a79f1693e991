"""Small files in the layouts of the standard sets, and options of these sets with small grids."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from harness.datasets.grids import cars3d, mpi3d, nvidia, smallnorb
from harness.datasets.grids.dsprites.dataset import FILES, DspritesOptions
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.shapes3d.dataset import Shapes3dOptions
from harness.datasets.norb.files import FILES as NORB_FILES
from tests.harness.datasets.helpers.identity_frame_files import write_matrix


@dataclass(frozen=True)
class SmallDsprites(DspritesOptions):
    name: ClassVar[str] = "dsprites"
    grid: ClassVar[Grid] = Grid(shape=3, scale=2, orientation=2, x=2, y=2)


@dataclass(frozen=True)
class SmallShapes3d(Shapes3dOptions):
    name: ClassVar[str] = "shapes3d"
    grid: ClassVar[Grid] = Grid(
        floor_hue=2, wall_hue=1, object_hue=2, scale=2, shape=2, orientation=3
    )


@dataclass(frozen=True)
class SmallCars3d(cars3d.Cars3dOptions):
    name: ClassVar[str] = "cars3d"
    grid: ClassVar[Grid] = Grid(elevation=2, azimuth=3, object_type=4)


@dataclass(frozen=True)
class SmallSmallNorb(smallnorb.SmallNorbOptions):
    name: ClassVar[str] = "smallnorb"
    grid: ClassVar[Grid] = Grid(category=2, instance=2, elevation=2, azimuth=3, lighting=2)


_REST = {"object_size": 2, "camera_height": 1, "background_color": 1}
_ARM = {"horizontal": 2, "vertical": 2}
SIX = Grid(object_color=2, object_shape=3, **_REST, **_ARM)
FOUR = Grid(object_color=2, object_shape=2, **_REST, **_ARM)


@dataclass(frozen=True)
class SmallMpi3dToy(mpi3d.Mpi3dToyOptions):
    name: ClassVar[str] = "mpi3d_toy"
    grid: ClassVar[Grid] = SIX


@dataclass(frozen=True)
class SmallMpi3dRealistic(mpi3d.Mpi3dRealisticOptions):
    name: ClassVar[str] = "mpi3d_realistic"
    grid: ClassVar[Grid] = SIX


@dataclass(frozen=True)
class SmallMpi3dReal(mpi3d.Mpi3dRealOptions):
    name: ClassVar[str] = "mpi3d_real"
    grid: ClassVar[Grid] = SIX


@dataclass(frozen=True)
class SmallMpi3dComplex(mpi3d.Mpi3dComplexOptions):
    name: ClassVar[str] = "mpi3d_complex"
    grid: ClassVar[Grid] = FOUR


@dataclass(frozen=True)
class SmallFalcor3d(nvidia.Falcor3dOptions):
    name: ClassVar[str] = "falcor3d"
    grid: ClassVar[Grid] = Grid(
        lighting_intensity=2,
        lighting_x=2,
        lighting_y=1,
        lighting_z=1,
        camera_x=2,
        camera_y=2,
        camera_z=1,
    )


@dataclass(frozen=True)
class SmallIsaac3d(nvidia.Isaac3dOptions):
    name: ClassVar[str] = "isaac3d"
    grid: ClassVar[Grid] = Grid(
        object_shape=2,
        robot_x=2,
        robot_y=1,
        camera_height=2,
        object_scale=1,
        lighting_intensity=1,
        lighting_y=2,
        object_color=1,
        wall_color=1,
    )


def pictures(n: int, *shape: int, below: int = 256) -> np.ndarray:
    """``[n, *shape]`` uint8: coarse noise, another of each, which any filter keeps apart."""
    coarse = np.random.default_rng(n).integers(0, below, (n, 8, 8, *shape[2:]), np.uint8)
    return coarse.repeat(shape[0] // 8, axis=1).repeat(shape[1] // 8, axis=2)


def write_npz(path: Path, **arrays: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


def write_hdf5(path: Path, **arrays: np.ndarray) -> Path:
    h5py = pytest.importorskip("h5py", reason="needs h5py, of the extra 'hdf5'")
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name.replace("__", "/")] = array
    return path


def dsprites_images() -> np.ndarray:
    return pictures(len(SmallDsprites.grid), 64, 64, below=2)


def write_dsprites(root: Path) -> Path:
    """Write the ``.npz`` file with its pickle of metadata, which nobody may read."""
    factors = SmallDsprites.grid.factors(np.arange(len(SmallDsprites.grid)))
    classes = np.stack([0 * factors["x"], *factors.values()], axis=1)
    return write_npz(
        root / "dsprites" / FILES[0],
        metadata=np.array({"latents_sizes": [1, 3, 2, 2, 2, 2]}, object),
        imgs=dsprites_images(),
        latents_classes=classes,
        latents_values=classes.astype(np.float64),
    )


def write_dsprites_hdf5(root: Path) -> Path:
    path = root / "dsprites" / FILES[1]
    return write_hdf5(path, imgs=dsprites_images(), latents__classes=np.zeros((48, 6), np.int64))


def shapes3d_images() -> np.ndarray:
    return pictures(len(SmallShapes3d.grid), 64, 64, 3)


def write_shapes3d(root: Path) -> Path:
    images = shapes3d_images()
    labels = np.zeros((len(images), 6))
    return write_hdf5(root / "shapes3d/3dshapes.h5", images=images, labels=labels)


def mpi3d_images(grid: Grid) -> np.ndarray:
    return pictures(len(grid), 64, 64, 3)


def write_mpi3d(root: Path, options: type[mpi3d.Mpi3dOptions]) -> Path:
    return write_npz(root / "mpi3d" / options.files[0], images=mpi3d_images(options.grid))


def cars3d_images(car: int) -> np.ndarray:
    """``im`` of a car: ``[128, 128, 3, azimuths, elevations]``."""
    sizes = SmallCars3d.grid.sizes
    views = pictures(sizes["azimuth"] * sizes["elevation"] + 20 * car, 128, 128, 3)
    views = views[-sizes["azimuth"] * sizes["elevation"] :]
    by_place = views.reshape(sizes["elevation"], sizes["azimuth"], 128, 128, 3)
    return by_place.transpose(2, 3, 4, 1, 0)


def write_cars3d(root: Path) -> list[Path]:
    from scipy.io import savemat

    folder = root / "cars3d"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"car_{7 + 5 * car:03d}_mesh.mat" for car in range(4)]
    for car, path in enumerate(paths):
        images = cars3d_images(car)
        mask = np.zeros((128, 128, *images.shape[3:]), np.uint8)
        savemat(path, {"im": images, "mask": mask}, do_compression=True)
    return paths


def smallnorb_rows(instances: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``cat`` ``[n]``, ``info`` ``[n, 4]`` (azimuths doubled) and pairs ``[n, 2, 96, 96]``."""
    sizes = list(SmallSmallNorb.grid.sizes.values())
    rows = np.stack(np.unravel_index(np.arange(np.prod(sizes)), sizes), axis=1)
    rows = rows[np.isin(rows[:, 1], instances)]
    rows = np.random.default_rng(len(instances)).permutation(rows).astype(np.int32)
    pairs = pictures(2 * len(rows) + 100 * instances[0], 96, 96)[-2 * len(rows) :]
    return rows[:, 0], rows[:, 1:] * [1, 1, 2, 1], pairs.reshape(-1, 2, 96, 96)


def write_smallnorb(root: Path) -> list[Path]:
    folder = root / "norb"
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for stem, instances in ((NORB_FILES["train"], (1,)), (NORB_FILES["test"], (0,))):
        cat, info, dat = smallnorb_rows(instances)
        for kind, array in (("dat", dat), ("cat", cat), ("info", info.astype(np.int32))):
            paths.append(write_matrix(folder / f"{stem}{kind}.mat", array))
    return paths


def labels_of(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Places ``[N]`` in a shuffled order, and their labels ``[N, factors]`` in [0, 1]."""
    places = np.random.default_rng(0).permutation(len(grid))
    ranks = np.stack(list(grid.factors(places).values()), axis=1)
    return places, ranks / np.maximum(np.array(list(grid.sizes.values())) - 1, 1)


def write_nvidia(root: Path, options: type[nvidia.LabelledOptions]) -> list[Path]:
    """Write the labels and the images; return the labels' file and one image's."""
    from PIL import Image

    folder = root / options.name / options.folder
    (folder / "images").mkdir(parents=True, exist_ok=True)
    _, labels = labels_of(options.grid)
    with (folder / options.labels).open("wb") as file:
        np.save(file, labels)
    for row, image in enumerate(pictures(len(labels), 128, 128, 3)):
        Image.fromarray(image).save(folder / f"images/{row:06d}.png")
    return [folder / options.labels, folder / "images/000003.png"]
