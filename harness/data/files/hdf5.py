"""Arrays of an HDF5 file, read piece by piece: a whole one may not fit in memory."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import CorruptFileError, UserError

if TYPE_CHECKING:
    import h5py


@dataclass(frozen=True)
class Hdf5Array:
    """An array of an HDF5 file that has not been read yet.

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
        with opened(self.path, "file of HDF5") as file:
            array = file[self.name]
            for start in range(0, self.shape[0], rows):
                yield array[start : start + rows]


def open_hdf5(path: Path, name: str) -> Hdf5Array:
    """Return an array of a file, having read no more than its header.

    Raises:
        UserError: h5py is not installed.
        CorruptFileError: the file is truncated or no HDF5 file, the array is not in it, or is of no
            plain kind.
    """
    with opened(path, "file of HDF5") as file:
        arrays: list[str] = []
        file.visititems(lambda each, item: arrays.append(each) if hasattr(item, "shape") else None)
        if name not in arrays:
            raise CorruptFileError(
                f"{path} holds no array {name!r}; it holds {', '.join(sorted(arrays)) or 'none'}."
            )
        shape, dtype = file[name].shape, file[name].dtype
    if dtype.hasobject or not math.prod(shape):
        raise CorruptFileError(f"{path}: the array {name!r} is empty or of no plain type.")
    return Hdf5Array(path, name, shape, dtype)


@contextmanager
def opened(path: Path, kind: str) -> Iterator["h5py.File"]:
    """Open an HDF5 file to read it.

    Args:
        path: the file.
        kind: what it should be, for the message.

    Raises:
        UserError: h5py is not installed.
        CorruptFileError: the file is truncated, damaged or of another kind; also for what h5py
            raises where the opened file is read.
    """
    try:
        import h5py
    except ModuleNotFoundError as error:
        raise UserError(
            f"{path} is a {kind}; reading it takes the package h5py: pip install h5py"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError, AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise CorruptFileError(
            f"{path} is truncated, damaged or no {kind} ({error}). Fetch it again."
        ) from error
