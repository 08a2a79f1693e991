"""Arrays of an HDF5 file, read piece by piece; h5py is imported where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data.files.hdf5_heaps import require_sound_heaps
from harness.data.files.npy import RawArray, require_plain
from harness.data.files.stored import StoredArray
from harness.errors import CorruptFileError, UserError

if TYPE_CHECKING:
    import h5py


@dataclass(frozen=True)
class Hdf5Array:
    """An array of an HDF5 file that has not been read yet.

    Attributes:
        path: the file.
        name: the array's name in it, with the groups that it is in: ``factors/shape``.
        shape: its shape.
        dtype: its type; text is ``str``.
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
        if self.dtype.kind == "U":
            require_sound_heaps(self.path)
        with opened(self.path) as file:
            stored = file[self.name].asstr() if self.dtype.kind == "U" else file[self.name]
            for start in range(0, self.shape[0], rows):
                values = stored[start : start + rows]
                yield np.asarray(values, str) if self.dtype.kind == "U" else values

    def whole(self) -> np.ndarray:
        """Return the array; see :meth:`chunks`."""
        return np.concatenate(list(self.chunks(max(1, self.shape[0]))))


def describe_hdf5(path: Path) -> tuple[dict[str, StoredArray], dict[str, str]]:
    """Return all arrays of a file that can be read, and what is wrong with the others, by name.

    Raises:
        UserError: h5py is not installed.
        CorruptFileError: the file is truncated or no HDF5 file.
    """
    arrays: dict[str, StoredArray] = {}
    refused: dict[str, str] = {}
    with opened(path) as file:
        import h5py

        found: dict[str, h5py.Dataset] = {}

        def add(name: str, thing: object) -> None:
            if isinstance(thing, h5py.Dataset) and thing.ndim:
                found[name] = thing

        file.visititems(add)
        for name, stored in found.items():
            try:
                arrays[name] = _described(path, name, stored)
            except CorruptFileError as error:
                refused[name] = str(error)
    return arrays, refused


def open_hdf5(path: Path, name: str) -> StoredArray:
    """Return an array of a file, having read no more than its header.

    Raises:
        UserError: h5py is not installed.
        CorruptFileError: the file is truncated or no HDF5 file, the array is not in it, or is of no
            plain kind.
    """
    arrays, refused = describe_hdf5(path)
    if name in refused:
        raise CorruptFileError(refused[name])
    if name not in arrays:
        held = ", ".join(sorted(arrays)) or "none"
        raise CorruptFileError(f"{path} holds no array {name!r}; it holds {held}.")
    return arrays[name]


def _described(path: Path, name: str, stored: "h5py.Dataset") -> StoredArray:
    import h5py

    dtype = stored.dtype
    if h5py.check_string_dtype(dtype) is not None:
        dtype = np.dtype(str)
    require_plain(path, f"the array {name!r}", stored.shape, dtype)
    offset = stored.id.get_offset()
    if offset is None or stored.file.userblock_size or dtype.kind not in "uif" or stored.external:
        return Hdf5Array(path, name, stored.shape, dtype)
    if offset + stored.nbytes > path.stat().st_size:
        raise CorruptFileError(
            f"{path} is truncated: its array {name!r} ends behind its end. Write it again."
        )
    return RawArray(path, name, stored.shape, dtype, offset)  # faster to take single rows of


@contextmanager
def opened(path: Path, kind: str = "HDF5 file") -> Iterator["h5py.File"]:
    """Open a file.

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
            f"{path} takes the package h5py to be read as {kind}: pip install h5py"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            yield file
    except UserError:
        raise
    except Exception as error:  # what h5py raises of a damaged file: nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or no {kind} ({error}). Write or fetch it again."
        ) from error
