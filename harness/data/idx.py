"""The IDX format of MNIST's files: a magic number, big-endian sizes, bytes; gzipped or not."""

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

import numpy as np

from harness.errors import CorruptFileError

IMAGES = 2051
"""Magic number of a file of images: bytes, three dimensions."""
LABELS = 2049
"""Magic number of a file of labels: bytes, one dimension."""

_CONTENTS = {IMAGES: "images", LABELS: "labels"}
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20

_Opened = BufferedReader | gzip.GzipFile


def read_idx(path: Path, magic: int) -> np.ndarray:
    """Return the array of an IDX file, uint8 and read-only.

    Raises:
        CorruptFileError: the file is not what ``magic`` says, is truncated, too long or damaged.
    """
    with _open(path) as file:
        shape = _header(file, path, magic)
        content = b"".join(_chunks(file))
    _require_size(path, shape, len(content))
    return np.frombuffer(content, np.uint8).reshape(shape)


def check_idx(path: Path, magic: int) -> tuple[int, ...]:
    """Return the shape of the array in an IDX file, having read through it chunk by chunk.

    Raises:
        CorruptFileError: as :func:`read_idx`.
    """
    with _open(path) as file:
        shape = _header(file, path, magic)
        found = sum(len(chunk) for chunk in _chunks(file))
    _require_size(path, shape, found)
    return shape


@contextmanager
def _open(path: Path) -> Iterator[_Opened]:
    """Open a file whether gzipped or not, which its first bytes tell and not its name."""
    try:
        with path.open("rb") as file:
            if file.peek(2)[:2] != _GZIP_MAGIC:
                yield file
            else:
                with gzip.GzipFile(fileobj=file) as unzipped:
                    yield unzipped
    except (gzip.BadGzipFile, zlib.error) as error:
        raise CorruptFileError(
            f"{path} is damaged and cannot be decompressed ({error}). Fetch it again."
        ) from error


def _header(file: _Opened, path: Path, magic: int) -> tuple[int, ...]:
    """Return the sizes that follow the magic number, whose last byte counts them."""
    length = 4 * (1 + magic % 256)
    try:
        header = file.read(length)
    except EOFError:  # a gzip stream that breaks off this early
        header = b""
    found = int.from_bytes(header[:4], "big")
    if len(header) >= 4 and found != magic:
        instead = f"one of {_CONTENTS[found]}" if found in _CONTENTS else "something else"
        raise CorruptFileError(
            f"{path} should be an IDX file of {_CONTENTS[magic]} (magic number {magic}) "
            f"but is {instead} (it starts with {found})."
        )
    if len(header) < length:
        raise CorruptFileError(
            f"{path} is truncated: {length} bytes of header are expected, {len(header)} were "
            "found. Fetch it again."
        )
    return tuple(int.from_bytes(header[i : i + 4], "big") for i in range(4, length, 4))


def _chunks(file: _Opened) -> Iterator[bytes]:
    """Yield the rest of a file, or as much of it as a broken-off gzip stream still gives."""
    while True:
        try:
            chunk = file.read1(_CHUNK)
        except EOFError:
            return
        if not chunk:
            return
        yield chunk


def _require_size(path: Path, shape: tuple[int, ...], found: int) -> None:
    expected = math.prod(shape)
    if found != expected:
        sizes = " x ".join(str(size) for size in shape)
        fault = "is truncated" if found < expected else "is too long"
        raise CorruptFileError(
            f"{path} {fault}: after its header ({sizes}) {expected} bytes are expected, "
            f"{found} were found. Fetch it again."
        )
