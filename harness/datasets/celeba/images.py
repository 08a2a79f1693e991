"""The images of CelebA: decoded, cropped and resized once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.data.files.photographs import cached_photographs, file_states, opened
from harness.errors import CorruptFileError

SIZE = 128
"""Height and width of an image, pixels (VITAE, supplement, Table 4)."""
FILE_SIZE = 178, 218
"""Width and height of an aligned image of CelebA."""
CROP = 0, 20, 178, 198
"""Its central square: left, top, right, bottom. No publication says what VITAE cut out."""

_REMEDY = "Unpack img_align_celeba.zip there again, or take their lines out of the list."


def require_files(folder: Path, names: Sequence[str]) -> None:
    """Raise what :func:`cached_images` would raise without decoding anything."""
    file_states(folder, names, _REMEDY)


def cached_images(label: str, folder: Path, names: Sequence[str], size: int) -> np.ndarray:
    """Return the images of some files, decoded once and memory-mapped afterwards.

    Args:
        label: readable name of this selection.
        folder: where the files are.
        names: their names, in order.
        size: height and width to resize :data:`CROP` to, bilinearly, each new pixel a weighted mean
            of all the old ones below it.

    Returns:
        ``[N, 3, size, size]`` uint8.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is empty, truncated, damaged or no aligned image.
    """
    return cached_photographs(
        label,
        folder,
        names,
        (size, size),
        lambda path: _decode(path, size),
        remedy=_REMEDY,
    )


def _decode(path: Path, size: int) -> np.ndarray:
    """Return an image, ``[size, size, 3]``."""
    from PIL import Image

    with opened(path) as image:
        if image.size != FILE_SIZE:
            raise CorruptFileError(
                f"{path} is of {image.width}x{image.height} pixels; the aligned images of "
                "CelebA, 178x218, are expected (img_align_celeba.zip)."
            )
        resized = image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR, CROP)
    return np.asarray(resized)


def cropped(landmarks: np.ndarray, size: int) -> np.ndarray:
    """Return where points of an aligned image lie in the resized crop.

    Args:
        landmarks: ``[N, 2 k]``, x and y in turn, in pixels of the file, counted from the centre of
            its first pixel.
        size: height and width of the resized crop.

    Returns:
        The same in pixels of the crop, float32. Points outside the crop are below 0 or above
        ``size - 1``.
    """
    left, top, right, _ = CROP
    corner = np.tile([left, top], landmarks.shape[1] // 2)
    in_crop = (landmarks - corner + 0.5) * size / (right - left) - 0.5
    return np.asarray(in_crop, np.float32)
