"""Unpacks what can only be read from beginning to end, so that any rows can be taken of it."""

import tempfile
from collections.abc import Iterator

import numpy as np

from harness.data.cache.arrays import cache_folder
from harness.data.own.images import Take


def unpacked(
    chunks: Iterator[np.ndarray], wanted: np.ndarray, image_shape: tuple[int, int, int]
) -> Take:
    """Return what takes images from a file without a name, which ends with this process.

    Args:
        chunks: the images of ``wanted`` in the order of their indices, some at a time:
            ``[k, C, H, W]`` uint8.
        wanted: indices of the images that will be asked for.
        image_shape: C, H and W.

    Raises:
        OSError: the cache folder cannot be written or is full.
    """
    ordered = np.unique(wanted)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed with the last Take
    for images in chunks:
        view = np.ascontiguousarray(images).reshape(-1).data
        while view:
            view = view[file.write(view) :]

    size = int(np.prod(image_shape))

    def take(rows: np.ndarray) -> np.ndarray:
        out = np.empty((len(rows), *image_shape), np.uint8)
        for image, place in zip(out, np.searchsorted(ordered, rows), strict=True):
            file.seek(int(place) * size)
            if file.readinto(image.reshape(-1).data) != size:
                raise OSError("what was unpacked there reads back shorter")
        return out

    return take
