"""Arrays of an ``.npz`` file, read piece by piece: a whole one may not fit in memory."""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.files.npy import read_header, require_plain
from harness.errors import CorruptFileError, UserError


@dataclass(frozen=True)
class NpzArray:
    """An array of an ``.npz`` file that has not been read yet.

    Attributes:
        path: the file.
        name: the array's name in it.
        shape: its shape.
        dtype: its type.
    """

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]

    def chunks(self, rows: int) -> Iterator[np.ndarray]:
        """Yield the array, ``rows`` rows at a time.

        Raises:
            CorruptFileError: the file is damaged or cannot be read.
        """
        row_bytes = self.dtype.itemsize * math.prod(self.shape[1:])
        with _reading(self.path) as archive, archive.open(f"{self.name}.npy") as file:
            read_header(file)
            for start in range(0, self.shape[0], rows):
                n = min(rows, self.shape[0] - start)
                content = file.read(n * row_bytes)
                yield np.frombuffer(content, self.dtype).reshape(n, *self.shape[1:])
            file.read(1)  # at the end of the file, and not before, its checksum is compared

    def whole(self) -> np.ndarray:
        """Return the array.

        Raises:
            CorruptFileError: as :meth:`chunks`.
        """
        return np.concatenate(list(self.chunks(max(1, self.shape[0]))))


def open_npz(path: Path, names: tuple[str, ...]) -> list[NpzArray]:
    """Return the named arrays of a file, having read no more than their headers.

    Raises:
        CorruptFileError: the file is truncated or no ``.npz`` file, an array is not in it, or is
            of no plain kind.
    """
    with _reading(path) as archive:
        array_names = {name.removesuffix(".npy") for name in archive.namelist()}
        missing = [name for name in names if name not in array_names]
        if missing:
            raise CorruptFileError(
                f"{path} holds no array {' or '.join(map(repr, missing))}; it holds "
                f"{', '.join(sorted(array_names)) or 'none'}."
            )
        return [_described(path, archive, name) for name in names]


def describe_npz(path: Path) -> tuple[dict[str, NpzArray], dict[str, str]]:
    """Return all arrays of a file that can be read, and what is wrong with the others, by name.

    Raises:
        CorruptFileError: the file is truncated or no ``.npz`` file.
    """
    arrays, refused = {}, {}
    with _reading(path) as archive:
        names = [n.removesuffix(".npy") for n in archive.namelist() if n.endswith(".npy")]
        for name in names:
            try:
                arrays[name] = _described(path, archive, name)
            except CorruptFileError as error:
                refused[name] = str(error)
    return arrays, refused


def _described(path: Path, archive: zipfile.ZipFile, name: str) -> NpzArray:
    with archive.open(f"{name}.npy") as file:
        shape, fortran_order, dtype = read_header(file)
        content = archive.getinfo(f"{name}.npy").file_size - file.tell()
    require_plain(path, f"the array {name!r}", shape, dtype, fortran_order=fortran_order)
    expected = math.prod(shape) * dtype.itemsize
    if content != expected:
        raise CorruptFileError(
            f"{path} is truncated: its array {name!r} of shape {shape} should have {expected} "
            f"bytes and has {content}. Fetch it again."
        )
    return NpzArray(path, name, shape, dtype)


@contextmanager
def _reading(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except UserError:
        raise
    except Exception as error:  # what a damaged directory leads to: nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or no .npz file ({error}). Fetch it again."
        ) from error
