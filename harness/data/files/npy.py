"""Arrays that lie in a file as numbers and nothing else: ``.npy`` files, plain ones of HDF5.

They are read by rows and not memory-mapped: what is mapped counts as memory of the process.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from harness.errors import CorruptFileError


@dataclass(frozen=True)
class RawArray:
    """An array whose numbers lie one after another in a file, in C's order.

    Attributes:
        path: the file.
        name: what to call the array.
        shape: its shape.
        dtype: its type.
        offset: bytes of the file before its first number.
    """

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    offset: int

    def chunks(self, rows: int) -> Iterator[np.ndarray]:
        """Yield the array, ``rows`` rows at a time.

        Raises:
            CorruptFileError: the file has become shorter, or cannot be read.
        """
        for start in range(0, self.shape[0], rows):
            n = min(rows, self.shape[0] - start)
            yield self._numbers([(start, n)]).reshape(n, *self.shape[1:])

    def whole(self) -> np.ndarray:
        """Return the array; see :meth:`chunks`."""
        return next(self.chunks(max(1, self.shape[0])))

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Return the rows ``[k]`` of the array, in this order; see :meth:`chunks`."""
        return self._numbers([(int(row), 1) for row in rows]).reshape(len(rows), *self.shape[1:])

    def _numbers(self, pieces: list[tuple[int, int]]) -> np.ndarray:
        """Return the numbers of some pieces, each a first row and how many."""
        of_row = math.prod(self.shape[1:]) * self.dtype.itemsize
        content = bytearray(of_row * sum(n for _, n in pieces))
        view, at = memoryview(content), 0
        try:
            with self.path.open("rb", buffering=0) as file:
                for first, n in pieces:
                    file.seek(self.offset + first * of_row)
                    end = at + n * of_row
                    while at < end:
                        got = file.readinto(view[at:end])
                        if not got:
                            raise CorruptFileError(
                                f"{self.path} is truncated: it became shorter while it was read. "
                                "Write it again."
                            )
                        at += got
        except OSError as error:
            raise CorruptFileError(f"{self.path} cannot be read ({error}).") from error
        return np.frombuffer(content, self.dtype)


def open_npy(path: Path) -> RawArray:
    """Return the array of an ``.npy`` file, having read no more than its header.

    Raises:
        CorruptFileError: the file is truncated, no ``.npy`` file, or its array is of no plain kind.
    """
    try:
        with path.open("rb") as file:
            shape, fortran_order, dtype = read_header(file)
            offset = file.tell()
    except Exception as error:  # numpy parses the header as Python: it raises nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or no .npy file ({error}). Write it again with "
            "numpy.save."
        ) from error
    require_plain(path, "its array", shape, dtype, fortran_order=fortran_order)
    expected = offset + math.prod(shape) * dtype.itemsize
    if path.stat().st_size != expected:
        raise CorruptFileError(
            f"{path} is truncated or too long: an array {shape} of {dtype} takes {expected} bytes, "
            f"{path.stat().st_size} were found. Write it again with numpy.save."
        )
    return RawArray(path, path.stem, shape, dtype, offset)


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Return shape, Fortran's order and type, and leave the file where the numbers begin.

    Raises:
        ValueError: the file does not begin like one that ``numpy.save`` writes.
    """
    read = (
        np.lib.format.read_array_header_1_0
        if np.lib.format.read_magic(file) == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    return read(file)


def require_plain(
    path: Path,
    what: str,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    *,
    fortran_order: bool = False,
) -> None:
    """Refuse an array of Python objects, of nothing, or that is not in C's order.

    Raises:
        CorruptFileError: says which, and how to save it.
    """
    if dtype.hasobject:
        raise CorruptFileError(
            f"{path}: {what} is of Python objects, which are never unpickled. Save it with a plain "
            "type: numpy.asarray(x, numpy.uint8) for images, numpy.asarray(x, str) for names."
        )
    if min((0, *shape)) < 0 or not math.prod(shape):
        raise CorruptFileError(f"{path}: {what} is empty: its shape is {list(shape)}.")
    if fortran_order and len(shape) > 1:
        raise CorruptFileError(
            f"{path}: {what} is in Fortran's order, in which no image lies in one piece. Save it "
            "again as numpy.ascontiguousarray makes it."
        )
