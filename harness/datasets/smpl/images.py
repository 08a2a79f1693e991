"""The images of ``smpl`` at one size, from arrays of the types and sizes that are in use."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import SplitName
from harness.data.files.find import state_of
from harness.data.files.npz import NpzArray
from harness.errors import CorruptFileError

SIZE = 400, 200
"""Height and width of a full image, pixels (VITAE, supplement, Table 3)."""

_CHUNK = 64  # images converted at once


def cached_images(split: SplitName, data: NpzArray, downscale: int) -> np.ndarray:
    """Return the images of a file, converted once and memory-mapped afterwards.

    Args:
        split: which split they are.
        data: ``[N, H, W]`` or ``[N, 1, H, W]``, ``H = 2 W``; uint8, or floating in [0, 1].
        downscale: images are averaged over squares of so many pixels a side.

    Returns:
        ``[N, 1, 400 / downscale, 200 / downscale]`` uint8.

    Raises:
        CorruptFileError: the file is damaged, or its values are out of range.
    """
    height, width = (side // downscale for side in SIZE)
    return cached_chunks(
        f"smpl-{split}",
        {**state_of(data.path), "downscale": downscale},
        (data.shape[0], 1, height, width),
        partial(_converted, data, downscale),
    )


def _converted(data: NpzArray, downscale: int) -> Iterator[np.ndarray]:
    height, width = (side // downscale for side in SIZE)
    for chunk in data.chunks(_CHUNK):
        images = _unit_range(data, chunk).reshape(-1, *data.shape[-2:])
        if images.shape[1:] != SIZE:
            images = np.stack([_resampled(image) for image in images])
        squares = images.reshape(-1, height, downscale, width, downscale)
        yield np.rint(255 * squares.mean(axis=(2, 4))).astype(np.uint8)[:, None]


def _unit_range(data: NpzArray, chunk: np.ndarray) -> np.ndarray:
    if chunk.dtype == np.uint8:
        return chunk.astype(np.float32) / 255
    if not (chunk.min() >= 0 and chunk.max() <= 1):  # NaN is neither
        raise CorruptFileError(
            f"{data.path}: the array 'data' has floating values outside [0, 1], from "
            f"{chunk.min():g} to {chunk.max():g}. Divide them by their largest, or save uint8."
        )
    return chunk.astype(np.float32)


def _resampled(image: np.ndarray) -> np.ndarray:
    """Return an image at 400x200, each new pixel a weighted mean of all old ones below it."""
    from PIL import Image

    height, width = SIZE
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))
