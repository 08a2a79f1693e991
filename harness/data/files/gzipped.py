"""Binary files that may be gzipped, and whether they hold as many bytes as they say."""

import gzip
import math
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from harness.errors import CorruptFileError

Opened = BufferedReader | gzip.GzipFile

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file whether gzipped or not, which its first bytes tell and not its name.

    Raises:
        CorruptFileError: the file cannot be decompressed; also for what is read from it later.
    """
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


def first_bytes(file: Opened, n: int) -> bytes:
    """Return the next ``n`` bytes, or none of a gzip stream that breaks off before."""
    try:
        return file.read(n)
    except EOFError:
        return b""


def chunks(file: Opened) -> Iterator[bytes]:
    """Yield the rest of a file, or as much of it as a broken-off gzip stream still gives."""
    while True:
        try:
            chunk = file.read1(_CHUNK)
        except EOFError:
            return
        if not chunk:
            return
        yield chunk


def bytes_left(file: Opened) -> int:
    """Return how many bytes are left to read; a gzip stream is read through to know."""
    if isinstance(file, BufferedReader):
        here = file.tell()
        return file.seek(0, os.SEEK_END) - here
    return sum(len(chunk) for chunk in chunks(file))


def require_header(path: Path, length: int, found: int) -> None:
    """Refuse a file that ends within its header of ``length`` bytes.

    Raises:
        CorruptFileError: it does.
    """
    if found < length:
        raise CorruptFileError(
            f"{path} is truncated: {length} bytes of header are expected, {found} were "
            "found. Fetch it again."
        )


def require_size(path: Path, shape: Sequence[int], found: int, item: int = 1) -> None:
    """Refuse a file that has not as many bytes after its header as an array of ``shape``.

    Args:
        path: the file.
        shape: of the array that the header tells of.
        found: bytes after the header.
        item: bytes of one number.

    Raises:
        CorruptFileError: there are fewer, or more.
    """
    expected = math.prod(shape) * item
    if found != expected:
        sizes = " x ".join(str(size) for size in shape)
        fault = "is truncated" if found < expected else "is too long"
        raise CorruptFileError(
            f"{path} {fault}: after its header ({sizes}) {expected} bytes are expected, "
            f"{found} were found. Fetch it again."
        )
