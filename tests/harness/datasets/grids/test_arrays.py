"""Images of a grid in one array of a file."""

from pathlib import Path

import numpy as np
import pytest

from harness.datasets.grids.arrays import chosen_rows, open_images, read_colour
from harness.datasets.grids.indexing import Grid
from harness.errors import CorruptFileError
from tests.harness.datasets.helpers.grid_files import pictures, write_hdf5, write_npz

GRID = Grid(a=2, b=3, c=2)
IMAGES = pictures(12, 64, 64, 3)
SHAPE = (64, 64, 3)
WRITE = {"images.npz": write_npz, "images.h5": write_hdf5}


@pytest.mark.parametrize("rows", [[], [0], [11], [0, 1, 2, 3], [2, 5, 6, 7, 11], list(range(12))])
@pytest.mark.parametrize("at_once", [1, 4, 5, 12, 100])
def test_chosen_rows_are_those_of_the_whole(rows: list[int], at_once: int) -> None:
    whole = np.arange(24).reshape(12, 2)
    chunks = (whole[start : start + at_once] for start in range(0, 12, at_once))
    chosen = [*chosen_rows(chunks, np.array(rows, np.int64))]
    assert all(len(chunk) for chunk in chosen)
    np.testing.assert_array_equal(np.concatenate([np.zeros((0, 2)), *chosen]), whole[rows])


@pytest.mark.parametrize("file", WRITE)
def test_images_are_read_as_they_were_written(tmp_path: Path, file: str) -> None:
    path = WRITE[file](tmp_path / file, labels=np.zeros(3), images=IMAGES)
    array = open_images(path, "images", GRID, SHAPE)
    rows = np.array([1, 2, 8, 11])
    read = np.concatenate([*read_colour(array, rows)])
    np.testing.assert_array_equal(read, IMAGES[rows].transpose(0, 3, 1, 2))


def test_several_axes_of_images_count_as_one_in_an_npz_file(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "images.npz", images=IMAGES.reshape(2, 3, 2, *SHAPE))
    array = open_images(path, "images", GRID, SHAPE)
    read = np.concatenate([*read_colour(array, np.arange(12))])
    np.testing.assert_array_equal(read, IMAGES.transpose(0, 3, 1, 2))
    other = write_hdf5(tmp_path / "images.h5", images=IMAGES.reshape(2, 6, *SHAPE))
    with pytest.raises(CorruptFileError, match="holds 2 images"):
        open_images(other, "images", GRID, SHAPE)


@pytest.mark.parametrize("file", WRITE)
def test_files_of_other_images_are_refused(tmp_path: Path, file: str) -> None:
    def refused(said: str, **arrays: np.ndarray) -> None:
        path = WRITE[file](tmp_path / file, **arrays)
        with pytest.raises(CorruptFileError, match=rf"{path}.*{said}"):
            open_images(path, "images", GRID, SHAPE)
        path.unlink()

    refused("no array 'images'; it holds img, x", img=IMAGES, x=IMAGES)
    refused(r"\[12, 64, 64, 3\] float32; images \['N', 64, 64, 3\]", images=np.float32(IMAGES))
    refused(r"\[12, 64, 64\] uint8", images=IMAGES[..., 0])
    refused(r"\[12, 3, 64, 64\]", images=IMAGES.transpose(0, 3, 1, 2).copy())
    refused(r"\[64, 64, 3\]", images=IMAGES[0])
    refused(r"holds 11 images, but this set has 12: a 2 x b 3 x c 2\.", images=IMAGES[:-1])
    refused("is empty", images=IMAGES[:0])


@pytest.mark.parametrize("file", WRITE)
def test_other_files_are_refused(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    for content in (b"", b"x" * 1000):
        path.write_bytes(content)
        with pytest.raises(CorruptFileError, match=f"{path} is truncated, damaged or no"):
            open_images(path, "images", GRID, SHAPE)


def test_a_byte_that_changed_in_an_npz_file_is_noticed(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "images.npz", images=IMAGES)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 64
    path.write_bytes(content)
    array = open_images(path, "images", GRID, SHAPE)
    with pytest.raises(CorruptFileError, match=f"{path} is truncated, damaged"):
        [*read_colour(array, np.arange(3))]
