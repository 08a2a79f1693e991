"""Files that hold arrays by name, whatever their format: what they hold, and what not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from harness.errors import CorruptFileError, UserError, did_you_mean


class StoredArray(Protocol):
    """An array in a file that has not been read yet."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def name(self) -> str:
        """Its name in the file."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Its type."""

    def chunks(self, rows: int) -> Iterator[np.ndarray]:
        """Yield the array, at most ``rows`` rows at a time.

        Raises:
            CorruptFileError: the file is damaged or cannot be read.
        """

    def whole(self) -> np.ndarray:
        """Return the array; raises as :meth:`chunks`."""


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """A file of arrays.

    Attributes:
        path: the file.
        arrays: those that can be read, by name.
        refused: what is wrong with the others, by name.
    """

    path: Path
    arrays: dict[str, StoredArray]
    refused: dict[str, str]

    def array(self, name: str, option: str) -> StoredArray:
        """Return an array that an option names.

        Raises:
            CorruptFileError: it is not in the file, or cannot be read.
        """
        if name in self.refused:
            raise CorruptFileError(self.refused[name])
        if name not in self.arrays:
            known = ", ".join(f"{each} {list(of.shape)}" for each, of in self.arrays.items())
            raise CorruptFileError(
                f"{option}={name}: {self.path} holds no array of this name."
                f"{did_you_mean(name, self.arrays)} It holds: {known or 'none'}."
            )
        return self.arrays[name]


def open_array_file(path: Path) -> ArrayFile:
    """Return what a file of arrays holds, having read no more than what describes it.

    The ending of its name tells the format: ``.npy``, ``.npz``, ``.h5`` or ``.hdf5``, ``.parquet``.

    Raises:
        UserError: another ending, or a package is missing that reads it.
        CorruptFileError: the file is damaged.
    """
    readers = _readers()
    if path.is_dir() or path.suffix.lower() not in readers:
        what = "is a folder" if path.is_dir() else f"ends in '{path.suffix}'"
        raise UserError(
            f"{path} {what}; files of arrays end in {', '.join(readers)}. A folder of image files "
            "is dataset=folder."
        )
    return readers[path.suffix.lower()](path)


def _readers() -> dict[str, Callable[[Path], ArrayFile]]:
    return {
        ".npz": _npz,
        ".npy": _npy,
        ".h5": _hdf5,
        ".hdf5": _hdf5,
        ".parquet": _parquet,
    }


def _npy(path: Path) -> ArrayFile:
    from harness.data.files.npy import open_npy

    array = open_npy(path)
    return ArrayFile(path, {array.name: array}, {})


def _npz(path: Path) -> ArrayFile:
    from harness.data.files.npz import describe_npz

    arrays, refused = describe_npz(path)
    return ArrayFile(path, {**arrays}, refused)


def _hdf5(path: Path) -> ArrayFile:
    from harness.data.files.hdf5 import describe_hdf5

    arrays, refused = describe_hdf5(path)
    return ArrayFile(path, arrays, refused)


def _parquet(path: Path) -> ArrayFile:
    from harness.data.files.parquet import describe_parquet

    arrays, refused = describe_parquet(path)
    return ArrayFile(path, {**arrays}, refused)
