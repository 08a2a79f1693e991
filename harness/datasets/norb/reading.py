"""The images of small NORB's own files: every toy in every frame, wherever it stands in a file."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from harness.data.dataset import SplitName
from harness.data.files.find import state_of
from harness.data.identity_frames import Gather, IdentityFrames
from harness.datasets.norb.drawn import SIZE, STEPS
from harness.datasets.norb.file_format import BYTES, INTEGERS, check_matrix, read_matrix
from harness.errors import CorruptFileError

N_CATEGORIES, N_INSTANCES = 5, 10
_CAMERAS = 2
_INFO = ("instance", *STEPS)
"""The columns of a file of information."""
_STEPS = np.array([1, 1, 2, 1])  # azimuths are numbered 0, 2, ..., 34
_COUNTS = np.array([N_INSTANCES, *STEPS.values()])


def read_split(split: SplitName, files: Mapping[str, Path], cameras: int) -> IdentityFrames:
    """Return the images of a split; their pixels are read later.

    They have the factors of ``drawn.drawn_toys``; ``frame`` counts the frames of all of NORB.

    Args:
        split: which one.
        files: paths of its three files by ``dat``, ``cat`` and ``info``.
        cameras: 1 for the left one of each pair, 2 for both, as frames of their own.

    Raises:
        CorruptFileError: a file is truncated, damaged or of another kind, or the three are not of
            the same images, or a toy is missing in a frame.
    """
    category = read_matrix(files["cat"], INTEGERS, 1)
    info = read_matrix(files["info"], INTEGERS, 2)
    shape = check_matrix(files["dat"], BYTES, 4)
    if shape != (len(category), _CAMERAS, SIZE, SIZE) or info.shape != (len(category), len(_INFO)):
        raise CorruptFileError(
            f"{files['dat']} {shape}, {files['cat']} {category.shape} and {files['info']} "
            f"{info.shape} are not of the same images of {SIZE}x{SIZE} pixels, two each. Fetch all "
            "three again."
        )
    known = dict(zip(_INFO, (info // _STEPS).T, strict=True))
    _require_range(files["cat"], category[:, None], np.array([N_CATEGORIES]))
    _require_range(files["info"], info // _STEPS, _COUNTS)
    toys, toy = np.unique(N_INSTANCES * category + known["instance"], return_inverse=True)
    views, view = np.unique(
        np.ravel_multi_index([known[name] for name in STEPS], tuple(STEPS.values())),
        return_inverse=True,
    )
    row = _table(files["info"], toy, view, (len(toys), len(views)))
    places = np.repeat(np.stack(np.unravel_index(views, tuple(STEPS.values()))), cameras, axis=1)
    camera = np.tile(np.arange(cameras), len(views))
    return IdentityFrames(
        f"norb-{split}",
        {f"{name} of {kind}": of for kind in files for name, of in state_of(files[kind]).items()},
        {"identity": toys, "category": toys // N_INSTANCES, "instance": toys % N_INSTANCES},
        {
            **dict(zip(STEPS, places, strict=True)),
            "camera": camera,
            "frame": np.repeat(views, cameras) * cameras + camera,
        },
        1,
        partial(_open, files["dat"], row, camera),
    )


def _open(path: Path, row: np.ndarray, camera: np.ndarray) -> Gather:
    images = read_matrix(path, BYTES, 4)
    cameras = int(camera.max()) + 1

    def gather(toys: np.ndarray, frames: np.ndarray) -> np.ndarray:
        return np.asarray(images[row[toys, frames // cameras], camera[frames]])[:, None]

    return gather


def _require_range(path: Path, values: np.ndarray, counts: np.ndarray) -> None:
    wrong = np.flatnonzero(((values < 0) | (values >= counts)).any(axis=1))
    if len(wrong):
        raise CorruptFileError(
            f"{path}: the entry of image {wrong[0]} (from 0) is beyond small NORB's. "
            "Fetch it again."
        )


def _table(path: Path, toy: np.ndarray, view: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return where each toy ``[n, m]`` stands in each view in the file."""
    times = np.zeros(shape, np.int64)
    np.add.at(times, (toy, view), 1)
    if (times != 1).any():
        absent, more = int((times == 0).sum()), int((times > 1).sum())
        raise CorruptFileError(
            f"{path}: every toy should be there once in every frame, but of {shape[0]} toys in "
            f"{shape[1]} frames {absent} are missing and {more} repeated. Fetch it again."
        )
    row = np.empty(shape, np.int64)
    row[toy, view] = np.arange(len(toy))
    return row
