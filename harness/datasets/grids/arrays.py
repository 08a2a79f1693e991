"""Images of a grid in one array of an ``.npz`` or HDF5 file, in the grid's own order."""

import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.data.files.hdf5 import open_hdf5
from harness.data.files.npz import NpzArray, open_npz
from harness.data.files.stored import StoredArray
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.pixels import channels_first
from harness.errors import CorruptFileError

AT_ONCE = 1024
"""Images read at once."""

ImageArray = NpzArray | StoredArray


def open_images(path: Path, name: str, grid: Grid, shape: tuple[int, ...]) -> ImageArray:
    """Return the array of a file that holds the images of a grid; no pixel is read.

    Args:
        path: an ``.npz`` file, or else an HDF5 file.
        name: the array's name in it.
        grid: what the images show.
        shape: of an image, as it is stored. In an ``.npz`` file several axes may stand before it.

    Raises:
        UserError: the file takes a package that is not installed.
        CorruptFileError: the file is damaged, lacks the array, or does not hold as many images as
            the grid has places: they would get wrong factors without an error.
    """
    array = open_npz(path, (name,))[0] if path.suffix == ".npz" else open_hdf5(path, name)
    leading = array.shape[: -len(shape)]
    if array.dtype != np.uint8 or array.shape[len(leading) :] != shape or not leading:
        raise CorruptFileError(
            f"{path}: the array {name!r} is {list(array.shape)} {array.dtype}; images "
            f"{['N', *shape]} uint8 are expected. Fetch it again."
        )
    if isinstance(array, NpzArray):
        array = dataclasses.replace(array, shape=(math.prod(leading), *shape))
    if array.shape[0] != len(grid):
        raise CorruptFileError(
            f"{path}: the array {name!r} holds {array.shape[0]:,} images, but this set has "
            f"{len(grid):,}: {grid}. Is it the file of another set?"
        )
    return array


def read_colour(array: ImageArray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield some images of an array ``[N, H, W, 3]``, as ``GridImages.read`` does."""
    return map(channels_first, chosen_rows(array.chunks(AT_ONCE), rows))


def chosen_rows(chunks: Iterator[np.ndarray], rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield some rows of what is read in order.

    Args:
        chunks: all rows, some at a time; they are read to their end, where checksums are compared.
        rows: ``[n]``, which ascend.
    """
    start = 0
    for chunk in chunks:
        first, last = np.searchsorted(rows, (start, start + len(chunk)))
        if first < last:
            yield chunk[rows[first:last] - start]
        start += len(chunk)
