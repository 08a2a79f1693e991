"""Arrays that are made once and memory-mapped afterwards.

Processes that want the same entry wait for the one that makes it; a damaged entry is made again. A
fault of the cache folder stops a run only where an array is too large to be held in memory instead.
"""

import fcntl
import hashlib
import json
import math
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np

from harness.data.cache import entry_file
from harness.data.cache.making import told
from harness.errors import UserError

Key = Mapping[str, str | int | float]


def cache_folder() -> Path:
    """Return the folder named by ``UNBRAID_CACHE``, or ``~/.cache/unbraid``."""
    try:
        return Path(os.environ.get("UNBRAID_CACHE") or "~/.cache/unbraid").expanduser()
    except RuntimeError:  # a container's user may have no home
        return Path(tempfile.gettempdir()) / "unbraid"


def cached(
    name: str, key: Key, sources: tuple[str, ...], make: Callable[[], np.ndarray]
) -> np.ndarray:
    """Return ``make()``, or the array it gave last time, memory-mapped and read-only.

    Args:
        name: readable first part of the file's name.
        key: the numbers and names that the array depends on.
        sources: paths of the Python files that make the array; editing one makes a new entry.
        make: makes the array; a function of ``key`` alone.
    """
    path = _path(name, key, sources)

    def kept() -> np.ndarray:
        made = make()
        try:
            return entry_file.write(path, made.shape, made.dtype, [made])
        except OSError as error:
            _warn_not_kept(path, error)
            return made

    return _found_or(kept, path)


def cached_chunks(
    name: str,
    key: Key,
    sources: tuple[str, ...],
    shape: tuple[int, ...],
    chunks: Callable[[], Iterator[np.ndarray]],
) -> np.ndarray:
    """Return the uint8 array that ``chunks()`` gives piece by piece, as :func:`cached` does.

    One chunk at a time is held in memory. Where that takes long, progress is told on stderr.

    Args:
        name: as for :func:`cached`.
        key: as for :func:`cached`.
        sources: as for :func:`cached`.
        shape: ``(N, ...)``, of the whole.
        chunks: starts to make the array; gives its rows in order, some at a time. It raises no
            ``OSError`` of its own, which would pass for a fault of the cache folder.

    Raises:
        UserError: more than ``LARGE`` bytes cannot be kept in the cache folder.
    """
    path, size = _path(name, key, sources), math.prod(shape)

    def kept() -> np.ndarray:
        try:
            _require_room(path.parent, size)
            return entry_file.write(path, shape, np.dtype(np.uint8), told(name, shape[0], chunks()))
        except OSError as error:
            if size > entry_file.LARGE:
                raise UserError(
                    f"{path} cannot be kept ({error}), and its {size / 2**20:,.0f} MiB are too "
                    "many for memory. Name a folder with room for it by the environment variable "
                    "UNBRAID_CACHE, or choose a smaller dataset by its options."
                ) from error
            _warn_not_kept(path, error)
            return np.concatenate(list(chunks()))

    return _found_or(kept, path)


def _path(name: str, key: Key, sources: tuple[str, ...]) -> Path:
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode())
    for source in sources:
        digest.update(Path(source).read_bytes())
    return cache_folder() / f"{name}-{digest.hexdigest()[:16]}.npy"


def _found_or(kept: Callable[[], np.ndarray], path: Path) -> np.ndarray:
    """Return the array of an entry; ``kept`` makes it where there is none."""
    array = entry_file.read(path)
    if array is None:
        with _one_maker(path):
            array = entry_file.read(path)  # another process may have made it meanwhile
            if array is None:
                array = kept()
    return array


@contextmanager
def _one_maker(path: Path) -> Iterator[None]:
    """Wait until no other process makes this entry: ten at once would take ten times the disk.

    Where the folder knows no locks this process goes ahead: they would not disturb each other.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = path.with_name(f".making-{path.stem}")
            file = stack.enter_context(lock.open("a"))
            fcntl.flock(file, fcntl.LOCK_EX)
            stack.callback(lock.unlink, missing_ok=True)
        yield


def _require_room(folder: Path, size: int) -> None:
    """Raise OSError at once, rather than after an hour of making what does not fit."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise OSError(f"it takes {size / 2**20:,.0f} MiB, {free / 2**20:,.0f} MiB are free")


def _warn_not_kept(path: Path, error: OSError) -> None:
    warnings.warn(f"not cached, so made again next time: {path} ({error})", stacklevel=5)
