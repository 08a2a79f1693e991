"""The images of CelebA: decoded, cropped and resized once."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from harness.data.cache import cached_chunks
from harness.errors import CorruptFileError, UserError

SIZE = 128
"""Height and width of an image, pixels (VITAE, supplement, Table 4)."""
FILE_SIZE = 178, 218
"""Width and height of an aligned image of CelebA."""
CROP = 0, 20, 178, 198
"""Its central square: left, top, right, bottom. No publication says what VITAE cut out."""

_CHUNK = 256  # images decoded at once
_MOST_THREADS = 8  # decoding releases Python's lock


def file_states(folder: Path, names: Sequence[str]) -> list[tuple[int, int]]:
    """Return size and time of change of each image file.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is empty.
    """
    states, absent = [], []
    for name in names:
        try:
            stat = os.stat(f"{folder}/{name}")  # noqa: PTH116 - 200,000 of them, at half the time
        except OSError:
            absent.append(name)
            continue
        if not stat.st_size:
            raise CorruptFileError(f"{folder / name} is empty. Fetch it again.")
        states.append((stat.st_size, stat.st_mtime_ns))
    if absent:
        more = f" and {len(absent) - 3:,} more" if len(absent) > 3 else ""
        raise UserError(
            f"Images that CelebA's list names are missing in {folder}: {', '.join(absent[:3])}"
            f"{more}. Unpack img_align_celeba.zip there again, or take their lines out of the list."
        )
    return states


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
    states = file_states(folder, names)
    digest = hashlib.sha256(repr((str(folder.resolve()), list(names), states)).encode())
    return cached_chunks(
        label,
        {"files": digest.hexdigest(), "size": size},
        (__file__,),
        (len(names), 3, size, size),
        lambda: _decoded(folder, names, size),
    )


def _decoded(folder: Path, names: Sequence[str], size: int) -> Iterator[np.ndarray]:
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        for start in range(0, len(names), _CHUNK):
            paths = [folder / name for name in names[start : start + _CHUNK]]
            images = np.stack(list(pool.map(_decode, paths, [size] * len(paths))))
            yield images.transpose(0, 3, 1, 2)


def _decode(path: Path, size: int) -> np.ndarray:
    """Return an image, ``[size, size, 3]``."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.size != FILE_SIZE:
                raise CorruptFileError(
                    f"{path} is of {image.width}x{image.height} pixels; the aligned images of "
                    "CelebA, 178x218, are expected (img_align_celeba.zip)."
                )
            resized = image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR, CROP)
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises of damaged files
        raise CorruptFileError(
            f"{path} is truncated, damaged or no image ({error}). Fetch it again."
        ) from error
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
