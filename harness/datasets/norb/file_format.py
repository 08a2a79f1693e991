"""The binary format of small NORB: a magic number, little-endian sizes, bytes or whole numbers.

However few dimensions there are, at least three sizes are written.
"""

from functools import partial
from pathlib import Path

import numpy as np

from harness.data.files.binary import Opened, check_array, header_bytes, read_array, require_header
from harness.errors import CorruptFileError

BYTES = 0x1E3D4C55
"""Magic number of an array of bytes."""
INTEGERS = 0x1E3D4C54
"""Magic number of an array of 32-bit whole numbers."""

_TYPES: dict[int, np.dtype[np.integer]] = {
    BYTES: np.dtype(np.uint8),
    INTEGERS: np.dtype("<i4"),
}
_NAMES = {BYTES: "bytes", INTEGERS: "whole numbers"}
_FEWEST_SIZES = 3


def read_matrix(path: Path, magic: int, ndim: int) -> np.ndarray:
    """Return the array of a file, gzipped or not.

    Raises:
        CorruptFileError: the file is not of the kind or the dimensions asked for, is truncated, too
            long or damaged.
    """
    return read_array(path, partial(_header, path, magic, ndim))


def check_matrix(path: Path, magic: int, ndim: int) -> tuple[int, ...]:
    """Return the shape of the array in a file, without keeping it.

    Raises:
        CorruptFileError: as :func:`read_matrix`.
    """
    return check_array(path, partial(_header, path, magic, ndim))


def _header(
    path: Path, magic: int, ndim: int, file: Opened
) -> tuple[tuple[int, ...], np.dtype[np.integer]]:
    start = header_bytes(file, 8)
    require_header(path, 8, len(start))
    file_magic, n = np.frombuffer(start, "<u4").tolist()
    if file_magic != magic:
        instead = f"one of {_NAMES[file_magic]}" if file_magic in _NAMES else "something else"
        raise CorruptFileError(
            f"{path} should be a NORB file of {_NAMES[magic]} (magic number {magic:#x}) but is "
            f"{instead} (it starts with {file_magic:#x}). Fetch it again."
        )
    if n != ndim:
        raise CorruptFileError(
            f"{path} holds an array of {n} dimensions; {ndim} are expected. Fetch it again."
        )
    length = 4 * max(ndim, _FEWEST_SIZES)
    sizes = header_bytes(file, length)
    require_header(path, 8 + length, 8 + len(sizes))
    return tuple(np.frombuffer(sizes, "<u4")[:ndim].tolist()), _TYPES[magic]
