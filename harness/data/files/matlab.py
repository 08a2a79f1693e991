"""Reads arrays of numbers from MATLAB's files of versions 5 to 7 (level 5 MAT-files).

``scipy.io.loadmat`` reads them too, but a damaged tag ends the whole process with a segmentation
fault (scipy 1.17; a test reproduces it), so that no message could name the file.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from harness.errors import CorruptFileError

_HEADER = 128  # bytes: a text, then version and byte order
_ORDERS = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
_NUMBERS |= {12: "i8", 13: "u8"}
_CLASSES = range(6, 16)  # of arrays of numbers, from double to uint64
_COMPLEX = 1 << 11


def read_array(path: Path, name: str) -> np.ndarray:
    """Return an array of real numbers.

    Args:
        path: the file.
        name: the array's name in it.

    Raises:
        CorruptFileError: the file is truncated, damaged or of another kind, or the array is not in
            it or not of real numbers.
    """
    content = path.read_bytes()
    order = _ORDERS.get(content[_HEADER - 4 : _HEADER])
    if order is None:
        raise CorruptFileError(
            f"{path} is no MATLAB file of version 5 to 7. Fetch it again, or save it with -v7."
        )
    try:
        arrays = dict(_arrays(content[_HEADER:], order))
    except (ValueError, struct.error, zlib.error, MemoryError, RecursionError) as error:
        raise CorruptFileError(
            f"{path} is truncated or damaged ({error}). Fetch it again."
        ) from error
    if name not in arrays:
        raise CorruptFileError(
            f"{path} holds no array {name!r} of real numbers; it holds "
            f"{', '.join(sorted(arrays)) or 'none'}. Fetch it again."
        )
    return arrays[name]


def _arrays(content: bytes, order: str) -> Iterator[tuple[str, np.ndarray]]:
    """Yield names and arrays; other content than real numbers is skipped."""
    for kind, element in _elements(content, order):
        if kind == _COMPRESSED:
            yield from _arrays(zlib.decompress(element), order)
        elif kind == _MATRIX:
            (_, flags), *more = islice(_elements(element, order), 4)
            described = struct.unpack(f"{order}2I", flags)[0]
            if (described & 0xFF) in _CLASSES and not described & _COMPLEX:
                (_, sizes), (_, name), (stored, numbers) = more
                shape = struct.unpack(f"{order}{len(sizes) // 4}i", sizes)
                yield name.decode("latin1"), _numbers(stored, numbers, shape, order)


def _numbers(stored: int, content: bytes, shape: tuple[int, ...], order: str) -> np.ndarray:
    """Return an array; MATLAB stores whole numbers in fewer bytes than their class has."""
    if stored not in _NUMBERS:
        raise ValueError(f"numbers of type {stored}")
    dtype = np.dtype(order + _NUMBERS[stored])
    if min(shape) < 0 or math.prod(shape) * dtype.itemsize != len(content):
        raise ValueError(f"an array {shape} of {dtype} in {len(content)} bytes")
    native = np.frombuffer(content, dtype).astype(dtype.newbyteorder("="))
    return native.reshape(shape, order="F")


def _elements(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each element."""
    at = 0
    while at < len(content):
        kind, size = struct.unpack_from(f"{order}2I", content, at)
        start, end = at + 8, len(content)
        if kind >> 16:  # up to four bytes stand in the tag itself, whose upper half is their number
            kind, size, start, end = kind & 0xFFFF, kind >> 16, at + 4, at + 8
        if start + size > end:
            raise ValueError(f"{size} bytes are expected from byte {start}")
        yield kind, content[start : start + size]
        at = start + size
        if kind != _COMPRESSED:  # everything else is padded to multiples of 8 bytes
            at += -at % 8
