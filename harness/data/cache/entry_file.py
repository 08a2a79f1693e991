"""The file of a cache entry: a ``.npy`` file and four more bytes, the CRC-32 of all before them.

It is written beside its place and renamed into it, so a reader sees the whole of an entry or none.
"""

import math
import os
import time
import warnings
import zlib
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO
from uuid import uuid4

import numpy as np

LARGE = 256 * 2**20
"""Bytes from which on an array is never copied into a process: it is mapped, or streamed.

The checksum of so large an entry is compared once, when it has been written. Later its header and
its length have to do: each gigabyte takes 0.2 s to check even where the system still holds it in
memory, and otherwise as long as the disk takes, in every process that maps it.
"""

_CRC_BYTES = 4
_PART = 1 << 20  # bytes read at once
_ABANDONED_S = 3600.0  # a file that nobody has added to for so long was left by a killed process


def read(path: Path, *, thoroughly: bool = False) -> np.ndarray | None:
    """Return the array of an entry, memory-mapped and read-only; None where there is no sound one.

    Args:
        path: the entry's file.
        thoroughly: compare its checksum however large it is.
    """
    try:
        mapped = _mapped(path, thoroughly=thoroughly)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, EOFError) as error:  # unreadable; or empty, which cannot be mapped
        # Attributed to the caller of cached(), whichever of its looks at the entry it was.
        warnings.warn(f"cache entry made again: {path} ({error})", stacklevel=4)
        return None
    return np.asarray(mapped)  # memmap is a subclass, and pickle copies subclasses of ndarray


def _mapped(path: Path, *, thoroughly: bool) -> np.memmap:
    size = path.stat().st_size
    if thoroughly or size <= LARGE:
        _require_checksum(path, size)
    mapped: np.memmap = np.load(path, mmap_mode="r", allow_pickle=False)
    if mapped.offset + mapped.nbytes + _CRC_BYTES != size:
        raise ValueError("its length is wrong")
    return mapped


def _require_checksum(path: Path, size: int) -> None:
    """Read through a file; to map it would make all of it memory of this process for a while."""
    crc, left = 0, size - _CRC_BYTES
    with path.open("rb") as file:
        while left > 0 and (part := file.read(min(_PART, left))):
            crc, left = zlib.crc32(part, crc), left - len(part)
        if file.read() != _crc_bytes(crc):
            raise ValueError("its checksum is wrong")


def write(
    path: Path,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    chunks: Iterable[np.ndarray],
    places: np.ndarray | None = None,
) -> np.ndarray:
    """Write an entry and return it as :func:`read` does, having compared its checksum.

    Args:
        path: the entry's file.
        shape: of the whole array.
        dtype: of the whole array.
        chunks: its rows, some at a time.
        places: ``[N]``, where in the array each row stands that the chunks give; None where they
            give the rows in order.

    Raises:
        OSError: the folder cannot be written or is full, or what was written reads back otherwise.
        ValueError: the chunks are not those of such an array.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path.parent)
    unfinished = path.with_name(f".unfinished-{uuid4().hex}")
    header = _header(shape, dtype)
    try:
        with unfinished.open("x+b") as file:
            file.write(header)
            if places is None:
                written, crc = _append(file, dtype, chunks, zlib.crc32(header))
            else:
                written, crc = _scatter(file, dtype, chunks, places)
            if written != math.prod(shape) * dtype.itemsize:
                raise ValueError(f"{path.stem}: the chunks are not those of an array {shape}")
            file.write(_crc_bytes(crc))  # either way the file is at its end
            file.flush()
            os.fsync(file.fileno())  # a power cut must not leave a name without its content
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    array = read(path, thoroughly=True)
    if array is None:
        raise OSError("what was written there reads back otherwise")
    return array


def _append(
    file: IO[bytes], dtype: np.dtype[np.generic], chunks: Iterable[np.ndarray], crc: int
) -> tuple[int, int]:
    """Write rows one after another; return how many bytes they took, and the file's checksum."""
    written = 0
    for chunk in chunks:
        content = np.ascontiguousarray(chunk, dtype).data
        crc = zlib.crc32(content, crc)
        written += file.write(content)
    return written, crc


def _scatter(
    file: IO[bytes], dtype: np.dtype[np.generic], chunks: Iterable[np.ndarray], places: np.ndarray
) -> tuple[int, int]:
    """Write each row to its place, as :func:`_append` does; what is written is read once more."""
    start, left, written = file.tell(), iter(places.tolist()), 0
    for chunk in chunks:
        rows = np.ascontiguousarray(chunk, dtype)
        for row, place in zip(rows, left, strict=False):
            file.seek(start + place * row.nbytes)
            file.write(row.data)
        written += rows.nbytes
    file.seek(0)
    crc = 0
    while part := file.read(_PART):
        crc = zlib.crc32(part, crc)
    return written, crc


def _remove_abandoned(folder: Path) -> None:
    for unfinished in folder.glob(".unfinished-*"):
        with suppress(FileNotFoundError):  # its process has just finished it
            if time.time() - unfinished.stat().st_mtime > _ABANDONED_S:
                unfinished.unlink()


def _header(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> bytes:
    descr = np.lib.format.dtype_to_descr(dtype)
    header = BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return header.getvalue()


def _crc_bytes(crc: int) -> bytes:
    return crc.to_bytes(_CRC_BYTES, "big")
