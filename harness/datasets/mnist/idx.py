"""The IDX format of MNIST's files: a magic number, big-endian sizes, bytes; gzipped or not."""

from functools import partial
from pathlib import Path

import numpy as np

from harness.data.files.binary import Opened, check_array, header_bytes, read_array, require_header
from harness.errors import CorruptFileError

IMAGES = 2051
"""Magic number of a file of images: bytes, three dimensions."""
LABELS = 2049
"""Magic number of a file of labels: bytes, one dimension."""

_CONTENTS = {IMAGES: "images", LABELS: "labels"}


def read_idx(path: Path, magic: int) -> np.ndarray:
    """Return the array of an IDX file, uint8 and read-only.

    Raises:
        CorruptFileError: the file is not what ``magic`` says, is truncated, too long or damaged.
    """
    return read_array(path, partial(_header, path, magic))


def check_idx(path: Path, magic: int) -> tuple[int, ...]:
    """Return the shape of the array in an IDX file, without keeping it.

    Raises:
        CorruptFileError: as :func:`read_idx`.
    """
    return check_array(path, partial(_header, path, magic))


def _header(path: Path, magic: int, file: Opened) -> tuple[tuple[int, ...], np.dtype[np.integer]]:
    """Read the magic number, whose last byte counts the sizes that follow it, and the sizes."""
    length = 4 * (1 + magic % 256)
    header = header_bytes(file, length)
    file_magic = int.from_bytes(header[:4], "big")
    if len(header) >= 4 and file_magic != magic:
        instead = f"one of {_CONTENTS[file_magic]}" if file_magic in _CONTENTS else "something else"
        raise CorruptFileError(
            f"{path} should be an IDX file of {_CONTENTS[magic]} (magic number {magic}) "
            f"but is {instead} (it starts with {file_magic})."
        )
    require_header(path, length, len(header))
    sizes = tuple(np.frombuffer(header, ">u4")[1:].tolist())
    if 0 in sizes:
        raise CorruptFileError(
            f"{path} declares {' x '.join(map(str, sizes))} {_CONTENTS[magic]}: it holds nothing. "
            "Fetch it again."
        )
    return sizes, np.dtype(np.uint8)
