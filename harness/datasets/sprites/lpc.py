"""The sprites of Li and Mandt (ICML 2018): characters of the Liberated Pixel Cup, in one file.

The ``.npz`` holds palette indices: the frame of character n in action a, direction d and phase t is
``palette[index[cell_of[a, d, t], n]]``. Several phases may show the same cell.
"""

from functools import partial
from pathlib import Path

import numpy as np

from harness.data.files.find import state_of
from harness.data.files.npz import NpzArray, open_npz
from harness.data.identity_frames import Gather, IdentityFrames
from harness.errors import CorruptFileError

FILE = "sprites_icml18_full.npz"

_ARRAYS = {"index": 4, "palette": 2, "attributes": 2, "cell_of": 3, "attribute_names": 1}
"""The arrays that are read, and how many dimensions each has."""


def read_lpc(path: Path) -> IdentityFrames:
    """Return the characters of a file; its pixels are read later.

    Factors of an identity are ``identity``, its number, and the attributes under the file's own
    names; those of a frame are ``action``, ``direction`` and ``phase``, and ``frame``, the number
    of its cell: what looks the same is the same frame.

    Raises:
        CorruptFileError: the file is truncated, damaged or of another kind.
    """
    arrays = dict(zip(_ARRAYS, open_npz(path, tuple(_ARRAYS)), strict=True))
    for name, ndim in _ARRAYS.items():
        if len(arrays[name].shape) != ndim:
            _refuse(path, f"the array {name!r} has the shape {arrays[name].shape}")
    attributes, names, cells = (
        arrays[name].whole() for name in ("attributes", "attribute_names", "cell_of")
    )
    n_cells, n_characters, *shape = arrays["index"].shape
    if attributes.shape != (n_characters, len(names)):
        _refuse(path, f"'attributes' {attributes.shape} are not {len(names)} of {n_characters}")
    if cells.max() >= n_cells or shape[0] != shape[1] or arrays["palette"].shape[1] != 3:
        _refuse(path, "'index', 'palette' and 'cell_of' do not go together")
    action, direction, phase = (place.ravel() for place in np.indices(cells.shape))
    known = dict(zip((str(name) for name in names), attributes.T, strict=True))
    return IdentityFrames(
        "sprites-lpc",
        state_of(path),
        {"identity": np.arange(n_characters), **known},
        {
            "action": action,
            "direction": direction,
            "phase": phase,
            "frame": np.unique(cells, return_inverse=True)[1].ravel(),
        },
        3,
        partial(_open, arrays["index"], arrays["palette"], cells.ravel()),
    )


def _open(index: NpzArray, palette: NpzArray, cells: np.ndarray) -> Gather:
    pixels, colours = index.whole(), palette.whole()
    if pixels.max() >= len(colours):
        _refuse(index.path, f"'index' names colours beyond the {len(colours)} of 'palette'")

    def gather(characters: np.ndarray, frames: np.ndarray) -> np.ndarray:
        return np.moveaxis(colours[pixels[cells[frames], characters]], -1, 1)

    return gather


def _refuse(path: Path, fault: str) -> None:
    raise CorruptFileError(f"{path} is no file of LPC sprites: {fault}. Fetch it again.")
