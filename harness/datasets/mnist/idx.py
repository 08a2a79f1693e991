"""The IDX format of MNIST's files: a magic number, big-endian sizes, bytes; gzipped or not."""

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
    with opened(path) as file:
        shape = _header(file, path, magic)
        content = b"".join(chunks(file))
    require_size(path, shape, len(content))
    return np.frombuffer(content, np.uint8).reshape(shape)


def check_idx(path: Path, magic: int) -> tuple[int, ...]:
    """Return the shape of the array in an IDX file, without keeping it.

    Raises:
        CorruptFileError: as :func:`read_idx`.
    """
    with opened(path) as file:
        shape = _header(file, path, magic)
        found = bytes_left(file)
    require_size(path, shape, found)
    return shape


def _header(file: Opened, path: Path, magic: int) -> tuple[int, ...]:
    """Return the sizes that follow the magic number, whose last byte counts them."""
    length = 4 * (1 + magic % 256)
    header = first_bytes(file, length)
    found = int.from_bytes(header[:4], "big")
    if len(header) >= 4 and found != magic:
        instead = f"one of {_CONTENTS[found]}" if found in _CONTENTS else "something else"
        raise CorruptFileError(
            f"{path} should be an IDX file of {_CONTENTS[magic]} (magic number {magic}) "
            f"but is {instead} (it starts with {found})."
        )
    require_header(path, length, len(header))
    return tuple(int.from_bytes(header[i : i + 4], "big") for i in range(4, length, 4))
