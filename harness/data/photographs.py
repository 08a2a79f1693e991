"""Image files that are decoded once, by several threads, and memory-mapped afterwards."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from harness.data.cache import cached_chunks
from harness.errors import CorruptFileError, UserError

_CHUNK = 256  # images decoded at once
_MOST_THREADS = 8  # decoding releases Python's lock

Decode = Callable[[Path], np.ndarray]
"""Returns the image of a file, ``[H, W, 3]`` uint8."""


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
    sources: tuple[str, ...],
    remedy: str,
) -> np.ndarray:
    """Return the images of some files, decoded once and memory-mapped afterwards.

    Args:
        label: readable name of this selection.
        folder: where the files are.
        names: their paths below it, in order.
        size: height and width of what ``decode`` returns.
        decode: reads one file.
        sources: paths of the Python files that ``decode`` depends on.
        remedy: what to do if files are missing.

    Returns:
        ``[N, 3, *size]`` uint8.

    Raises:
        UserError: files are missing.
        CorruptFileError: a file is empty, or ``decode`` says so.
    """
    states = file_states(folder, names, remedy)
    digest = hashlib.sha256(repr((str(folder.resolve()), list(names), states)).encode())
    return cached_chunks(
        label,
        {"files": digest.hexdigest(), "height": size[0], "width": size[1]},
        (__file__, *sources),
        (len(names), 3, *size),
        lambda: _decoded(folder, names, decode),
    )


def _decoded(folder: Path, names: Sequence[str], decode: Decode) -> Iterator[np.ndarray]:
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        for start in range(0, len(names), _CHUNK):
            paths = [folder / name for name in names[start : start + _CHUNK]]
            yield np.stack(list(pool.map(decode, paths))).transpose(0, 3, 1, 2)
