"""Decodes image files with several threads and caches the pixels."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data.cache.arrays import cached_chunks
from harness.errors import CorruptFileError, UserError

if TYPE_CHECKING:
    from PIL import Image

_CHUNK = 256  # images decoded at once
_MOST_THREADS = 8  # decoding releases Python's lock

Decode = Callable[[Path], np.ndarray]
"""Returns what is wanted of a file, all of one shape: an image ``[H, W, 3]`` uint8."""


def threads() -> int:
    """Return how many threads decode at once."""
    return min(_MOST_THREADS, os.cpu_count() or 1)


@contextmanager
def opened(path: Path) -> Iterator["Image.Image"]:
    """Open an image's file.

    Raises:
        CorruptFileError: it is no image; also for what is found when it is decoded later.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            yield image
    except UserError:
        raise
    except Exception as error:  # what Pillow raises of damaged files: nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or no image ({error}). Fetch it again."
        ) from error


def file_states(folder: Path, names: Sequence[str], remedy: str) -> list[tuple[int, int]]:
    """Return size and time of change of each image file.

    Args:
        folder: where the files are.
        names: their paths below it.
        remedy: what to do if some are missing.

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
            f"Images that a list names are missing in {folder}: {', '.join(absent[:3])}{more}. "
            f"{remedy}"
        )
    return states


def cached_photographs(
    label: str,
    folder: Path,
    names: Sequence[str],
    size: tuple[int, int],
    decode: Decode,
    *,
    remedy: str,
    cuts: np.ndarray | None = None,
) -> np.ndarray:
    """Return the images of some files, decoded once and memory-mapped afterwards.

    Args:
        label: readable name of this selection.
        folder: where the files are.
        names: their paths below it, in order.
        size: height and width of what ``decode`` returns.
        decode: reads one file; an edit of its module makes cached images be decoded again.
        remedy: what to do if files are missing.
        cuts: what ``decode`` cuts out of each file, where that is not the same of all.

    Returns:
        ``[N, 3, *size]`` uint8.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is empty, or ``decode`` says so.
    """
    cut = "" if cuts is None else hashlib.sha256(cuts.tobytes()).hexdigest()
    digest = digest_of(folder, names, remedy)
    return cached_chunks(
        label,
        {"files": digest, "height": size[0], "width": size[1], "cuts": cut},
        (len(names), 3, *size),
        lambda: (part.transpose(0, 3, 1, 2) for part in decoded(folder, names, decode)),
        using=(decode,),
    )


def decode_resized(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Return an image resized to ``size``, each new pixel a weighted mean of all below it.

    Args:
        path: the file.
        size: height and width of the result.

    Returns:
        ``[*size, 3]`` uint8.

    Raises:
        CorruptFileError: the file is no image.
    """
    from PIL import Image

    height, width = size
    with opened(path) as image:
        resized = image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(resized)


def digest_of(folder: Path, names: Sequence[str], remedy: str) -> str:
    """Return a digest of some files' names, in order, sizes and times of change.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is empty.
    """
    states = file_states(folder, names, remedy)
    described = repr((str(folder.resolve()), list(names), states))
    return hashlib.sha256(described.encode()).hexdigest()


def decoded(folder: Path, names: Sequence[str], decode: Decode) -> Iterator[np.ndarray]:
    """Yield what ``decode`` returns of files, some at a time: ``[n, ...]``."""
    with ThreadPoolExecutor(threads()) as pool:
        for start in range(0, len(names), _CHUNK):
            paths = [folder / name for name in names[start : start + _CHUNK]]
            yield np.stack(list(pool.map(decode, paths)))
