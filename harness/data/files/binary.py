"""Binary files, gzipped or not, that hold a header and then the numbers of one array."""

import gzip
import math
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import CorruptFileError

Opened = BufferedReader | gzip.GzipFile

Header = Callable[[Opened], tuple[tuple[int, ...], np.dtype[Any]]]
"""Reads the header from an open file and returns the array's shape and type."""

_GZIP_MAGIC = b"\x1f\x8b"
_PART = 1 << 20


def read_array(path: Path, header: Header) -> np.ndarray:
    """Return the array of a file, read-only.

    Raises:
        CorruptFileError: the file has fewer or more bytes than its header declares, or cannot be
            decompressed, or ``header`` refuses it.
    """
    with _opened(path) as file:
        shape, dtype = header(file)
        content = bytearray()
        expected = math.prod(shape) * dtype.itemsize
        for part in _parts(file):  # 448 MB of images are held once, and not twice as by read()
            content += part
            if len(content) > expected:  # a few bytes may unpack to any number of them
                break
    _require_size(path, shape, dtype, len(content))
    array = np.frombuffer(content, dtype).reshape(shape)
    array.flags.writeable = False
    return array


def check_array(path: Path, header: Header) -> tuple[int, ...]:
    """Return the shape of the array of a file; a gzipped file is read through, none is kept.

    Raises:
        CorruptFileError: as :func:`read_array`.
    """
    with _opened(path) as file:
        shape, dtype = header(file)
        if isinstance(file, gzip.GzipFile):
            size = sum(map(len, _parts(file)))
        else:
            size = path.stat().st_size - file.tell()
    _require_size(path, shape, dtype, size)
    return shape


def header_bytes(file: Opened, n: int) -> bytes:
    """Return the next ``n`` bytes; fewer where the file ends, none where a gzip stream breaks."""
    try:
        return file.read(n)
    except EOFError:
        return b""


def require_header(path: Path, length: int, size: int) -> None:
    """Refuse a file of which only ``size`` bytes of a header of ``length`` bytes are there.

    Raises:
        CorruptFileError: ``size`` is less than ``length``.
    """
    if size < length:
        raise CorruptFileError(
            f"{path} is truncated: {length} bytes of header are expected, {size} were "
            "found. Fetch it again."
        )


@contextmanager
def _opened(path: Path) -> Iterator[Opened]:
    """Open a file, gzipped or not, which its first bytes tell and not its name."""
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP_MAGIC
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            yield file
    except (gzip.BadGzipFile, zlib.error) as error:
        raise CorruptFileError(
            f"{path} is damaged and cannot be decompressed ({error}). Fetch it again."
        ) from error


def _parts(file: Opened) -> Iterator[bytes]:
    """Yield the rest of a file, or as much of it as a broken-off gzip stream still gives."""
    with suppress(EOFError):
        while part := file.read1(_PART):
            yield part


def _require_size(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], size: int) -> None:
    expected = math.prod(shape) * dtype.itemsize
    if size != expected:
        sizes = " x ".join(map(str, shape))
        fault = "is truncated" if size < expected else "is too long"
        raise CorruptFileError(
            f"{path} {fault}: after its header ({sizes}) {expected} bytes are expected, "
            f"{size} were found. Fetch it again."
        )
