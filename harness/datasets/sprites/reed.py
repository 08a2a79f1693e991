"""The sprites of Reed et al. (NIPS 2015): one MATLAB 7.3 file, which is HDF5, a character.

``sprites_<n>.mat`` holds 21 references, each to the frames of an animation: five actions from four
views, and a fall that is seen from one view and left out (as RoDi's released code does).
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data.files.find import state_of
from harness.data.files.hdf5 import opened
from harness.data.files.matlab import read_array
from harness.data.identity_frames import Gather, IdentityFrames
from harness.data.identity_order import require_variety
from harness.errors import CorruptFileError

if TYPE_CHECKING:
    import h5py

SPLITS = "sprites_splits.mat"
"""Optional; its ``trainidx`` numbers the characters for training, from 1."""
SIZE = 60
"""Height and width of an image in the files, pixels."""
ACTIONS, VIEWS = 5, 4

_FRAME = 3 * SIZE * SIZE  # numbers an image


def character_files(folder: Path) -> list[Path]:
    """Return the characters' files in a folder, in the order of their numbers."""
    numbered = {
        int(match[1]): path
        for path in folder.glob("sprites_*.mat")
        if (match := re.fullmatch(r"sprites_(\d+)\.mat", path.name))
    }
    return [numbered[number] for number in sorted(numbered)]


def read_reed(paths: Sequence[Path], numbers: np.ndarray) -> IdentityFrames:
    """Return the characters of some files; their pixels are read later.

    The factor of an identity is ``identity``, its number; those of a frame are ``action``,
    ``direction``, ``phase`` and ``frame``, counted in this order.

    Args:
        paths: their files.
        numbers: ``[n]``; which characters they are, counted from 0.

    Raises:
        UserError: h5py is not installed, too few characters, or characters of one frame.
        CorruptFileError: a file is truncated or damaged, or shows other frames than the first.
    """
    if not paths:
        require_variety("characters (sprites_<n>.mat)", 0, 0)
    lengths = [_lengths(path) for path in paths]
    for path, frame_counts in zip(paths, lengths, strict=True):
        if frame_counts != lengths[0]:
            raise CorruptFileError(
                f"{path} shows {sum(frame_counts)} frames, {frame_counts} by animation, but "
                f"{paths[0]} {sum(lengths[0])}, {lengths[0]}. Every character must be shown in "
                "every frame: fetch it again, or take it away."
            )
    require_variety(
        f"characters (sprites_<n>.mat) in {paths[0].parent}", len(paths), sum(lengths[0])
    )
    places = np.array([(i, t) for i, length in enumerate(lengths[0]) for t in range(length)]).T
    return IdentityFrames(
        "sprites-reed",
        {f"{name} of {path}": of for path in paths for name, of in state_of(path).items()},
        {"identity": numbers},
        {
            "action": places[0] // VIEWS,
            "direction": places[0] % VIEWS,
            "phase": places[1],
            "frame": np.arange(places.shape[1]),
        },
        3,
        partial(_open, paths, places.shape[1]),
    )


def training_numbers(path: Path) -> np.ndarray:
    """Return the characters for training that the file of splits names, counted from 0.

    Raises:
        CorruptFileError: the file is damaged or names none.
    """
    try:
        named = read_array(path, "trainidx")
    except (CorruptFileError, OSError) as error:
        raise CorruptFileError(
            f"{error} Or take the file away, for a split of Unbraid's own."
        ) from error
    return np.asarray(named, np.int64).ravel() - 1


def _open(paths: Sequence[Path], n_frames: int) -> Gather:
    """Read all characters: an image of each in turn is asked for, and no file twice."""
    images = np.empty((len(paths), n_frames, 3, SIZE, SIZE), np.uint8)
    for character, path in enumerate(paths):
        with _animations(path) as animations:
            images[character] = np.concatenate([_pixels(path, each[()]) for each in animations])

    def gather(characters: np.ndarray, frames: np.ndarray) -> np.ndarray:
        return np.asarray(images[characters, frames])

    return gather


def _pixels(path: Path, values: np.ndarray) -> np.ndarray:
    """Return an animation, ``[frames, 3, 60, 60]`` uint8."""
    if values.dtype != np.uint8:
        if not (values.min() >= 0 and values.max() <= 1):  # NaN is neither
            raise CorruptFileError(
                f"{path} has values outside [0, 1], from {values.min():g} to {values.max():g}. "
                "Fetch it again."
            )
        values = np.rint(255 * values.astype(np.float32)).astype(np.uint8)
    in_columns = values.reshape(-1, 3, SIZE, SIZE)  # MATLAB counts down columns
    return in_columns.transpose(0, 1, 3, 2)


def _lengths(path: Path) -> list[int]:
    """Return how many frames each animation has."""
    with _animations(path) as animations:
        sizes = [each.size for each in animations]
    if any(not size or size % _FRAME for size in sizes):
        raise CorruptFileError(
            f"{path} has an animation of {next(s for s in sizes if not s or s % _FRAME)} numbers, "
            f"which are no frames of {_FRAME} (3 x {SIZE} x {SIZE}). Fetch it again."
        )
    return [size // _FRAME for size in sizes]


@contextmanager
def _animations(path: Path) -> Iterator[list["h5py.Dataset"]]:
    """Give the animations of a file: five actions, of each four views."""
    with opened(path, "MATLAB 7.3 file of Reed's sprites") as file:
        references = file["sprites"][()].ravel()
        if len(references) < ACTIONS * VIEWS:
            raise CorruptFileError(
                f"{path} holds {len(references)} animations; {ACTIONS * VIEWS} are expected, "
                f"{ACTIONS} actions from {VIEWS} views. Fetch it again."
            )
        yield [file[reference] for reference in references[: ACTIONS * VIEWS]]
