"""Opens a file of arrays, whose format the ending of its name tells."""

from collections.abc import Callable
from pathlib import Path

from harness.data.files.stored import ArrayFile
from harness.errors import UserError


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
