"""The binary format of small NORB: a magic number, little-endian sizes, bytes or whole numbers.

However few dimensions there are, at least three sizes are written.
"""

from pathlib import Path

import numpy as np

from harness.data.files.gzipped import (
    Opened,
    bytes_left,
    chunks,
    first_bytes,
    opened,
    require_header,
    require_size,
)
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
    with opened(path) as file:
        shape = _header(file, path, magic, ndim)
        content = bytearray()
        for chunk in chunks(file):  # 448 MB of images are held once, and not twice as by join()
            content += chunk
    require_size(path, shape, len(content), _TYPES[magic].itemsize)
    return np.frombuffer(content, _TYPES[magic]).reshape(shape)


def check_matrix(path: Path, magic: int, ndim: int) -> tuple[int, ...]:
    """Return the shape of the array in a file, without keeping it.

    Raises:
        CorruptFileError: as :func:`read_matrix`.
    """
    with opened(path) as file:
        shape = _header(file, path, magic, ndim)
        found = bytes_left(file)
    require_size(path, shape, found, _TYPES[magic].itemsize)
    return shape


def _header(file: Opened, path: Path, magic: int, ndim: int) -> tuple[int, ...]:
    start = first_bytes(file, 8)
    require_header(path, 8, len(start))
    found, n = (int.from_bytes(start[i : i + 4], "little") for i in (0, 4))
    if found != magic:
        instead = f"one of {_NAMES[found]}" if found in _NAMES else "something else"
        raise CorruptFileError(
            f"{path} should be a NORB file of {_NAMES[magic]} (magic number {magic:#x}) but is "
            f"{instead} (it starts with {found:#x}). Fetch it again."
        )
    if n != ndim:
        raise CorruptFileError(
            f"{path} holds an array of {n} dimensions; {ndim} are expected. Fetch it again."
        )
    length = 4 * max(ndim, _FEWEST_SIZES)
    sizes = first_bytes(file, length)
    require_header(path, 8 + length, 8 + len(sizes))
    return tuple(int.from_bytes(sizes[4 * i : 4 * i + 4], "little") for i in range(ndim))
