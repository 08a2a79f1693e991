"""Texts of HDF5 files whose heaps are damaged."""

import struct
from pathlib import Path

import h5py
import pytest

from harness.data.files.hdf5 import open_hdf5
from harness.errors import CorruptFileError

WORDS = [f"word {n}" for n in range(3000)]
"""Several heaps full."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of texts of different lengths, in many heaps, and with some of them deleted."""
    file = tmp_path / "texts.h5"
    with h5py.File(file, "w") as written:
        written["words"] = WORDS
        written["gone"] = ["x" * n for n in range(500)]
        written["one by one"] = [""] * 40
        for n in range(40):
            written["one by one"][n] = "y" * n
        del written["gone"]
    return file


def test_whole_heaps_are_read(path: Path) -> None:
    assert list(open_hdf5(path, "words").whole()) == WORDS
    assert open_hdf5(path, "one by one").whole()[39] == "y" * 39


def test_an_object_without_a_size_is_refused(path: Path) -> None:
    """HDF5's library never comes to an end of it."""
    data = bytearray(path.read_bytes())
    heap = data.index(b"GCOL")
    struct.pack_into("<HHIQ", data, heap + 16, 0, 0, 0, 0)
    path.write_bytes(data)
    with pytest.raises(CorruptFileError, match=f"from byte {heap:,} on cannot be read"):
        open_hdf5(path, "words").whole()


@pytest.mark.parametrize("size", [1 << 20, (1 << 63) + 8])
def test_a_heap_or_an_object_beyond_its_end_is_refused(path: Path, size: int) -> None:
    whole = path.read_bytes()
    heap = whole.index(b"GCOL")
    for place in (heap + 8, heap + 24):
        data = bytearray(whole)
        struct.pack_into("<Q", data, place, size)
        path.write_bytes(data)
        with pytest.raises(CorruptFileError, match="damaged"):
            open_hdf5(path, "words").whole()
