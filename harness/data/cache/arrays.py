"""A cache of arrays on disk: each is computed once and memory-mapped afterwards.

Processes that want the same entry wait for the one that makes it; a damaged entry is made again. A
fault of the cache folder stops a run only where an array is too large to be held in memory instead.
"""

import hashlib
import json
import math
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from harness.data.cache import entry_file
from harness.data.cache.sources import digest_of
from harness.errors import UserError
from harness.heartbeat import beat

Key = Mapping[str, str | int | float]

QUIET_S = 5.0
"""Seconds before the first line of progress and between two of them."""


def cache_folder() -> Path:
    """Return the folder named by ``UNBRAID_CACHE``, or ``~/.cache/unbraid``."""
    try:
        return Path(os.environ.get("UNBRAID_CACHE") or "~/.cache/unbraid").expanduser()
    except RuntimeError:  # a container's user may have no home
        return Path(tempfile.gettempdir()) / "unbraid"


def cached(
    name: str,
    key: Key,
    make: Callable[[], np.ndarray],
    *,
    using: tuple[Callable[..., Any], ...] = (),
) -> np.ndarray:
    """Return ``make()``, or the array it gave last time, memory-mapped and read-only.

    An edit of the source code that makes the array, as :mod:`harness.data.cache.sources` finds it,
    makes a new entry.

    Args:
        name: readable first part of the file's name.
        key: the numbers and names that the array depends on.
        make: makes the array; a function of ``key`` alone. Where it is a ``functools.partial``, the
            module of the function inside counts.
        using: functions of other modules that ``make`` calls without importing them.
    """
    path = _path(name, key, (make, *using))

    def make_and_store() -> np.ndarray:
        array = make()
        try:
            return entry_file.write(path, array.shape, array.dtype, [array])
        except OSError as error:
            _warn_not_stored(path, error)
            return array

    return _read_or(make_and_store, path)


def cached_chunks(
    name: str,
    key: Key,
    shape: tuple[int, ...],
    chunks: Callable[[], Iterator[np.ndarray]],
    *,
    places: np.ndarray | None = None,
    using: tuple[Callable[..., Any], ...] = (),
) -> np.ndarray:
    """Return the uint8 array that ``chunks()`` gives piece by piece, as :func:`cached` does.

    One chunk at a time is held in memory. Where that takes long, progress is printed on stderr.

    Args:
        name: as for :func:`cached`.
        key: as for :func:`cached`.
        shape: ``(N, ...)``, of the whole.
        chunks: starts to make the array; gives its rows in order, some at a time. It raises no
            ``OSError`` of its own, which would pass for a fault of the cache folder.
        places: ``[N]``, each number once: where in the array each row stands that ``chunks()``
            gives, if not in order. They follow from ``key``.
        using: as for :func:`cached`.

    Raises:
        UserError: more than ``LARGE`` bytes cannot be kept in the cache folder.
    """
    path, size = _path(name, key, (chunks, *using)), math.prod(shape)

    def make_and_store() -> np.ndarray:
        try:
            _require_room(path.parent, size)
            reported_chunks = with_progress(name, shape[0], chunks())
            return entry_file.write(path, shape, np.dtype(np.uint8), reported_chunks, places)
        except OSError as error:
            if size > entry_file.LARGE:
                raise UserError(
                    f"{path} cannot be kept ({error}), and its {size / 2**20:,.0f} MiB are too "
                    "many for memory. Name a folder with room for it by the environment variable "
                    "UNBRAID_CACHE, or choose a smaller dataset by its options."
                ) from error
            _warn_not_stored(path, error)
            rows = np.concatenate(list(chunks()))
            return rows if places is None else rows[np.argsort(places)]

    return _read_or(make_and_store, path)


def with_progress(name: str, total: int, chunks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the chunks; print on stderr now and then how many of ``total`` rows are made."""
    started = printed = time.monotonic()
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        beat(f"prepare {name}: {done} of {total} images")
        now = time.monotonic()
        if now - printed > QUIET_S:
            printed = now
            left = (now - started) * (total - done) / done
            print(
                f"{name}: {done:,} of {total:,} images prepared, about {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )


def _path(name: str, key: Key, makers: tuple[Callable[..., Any], ...]) -> Path:
    described = json.dumps(key, sort_keys=True) + digest_of(makers)
    return cache_folder() / f"{name}-{hashlib.sha256(described.encode()).hexdigest()[:16]}.npy"


def _read_or(make_and_store: Callable[[], np.ndarray], path: Path) -> np.ndarray:
    """Return the array of an entry, made first where there is none."""
    array = entry_file.read(path)
    if array is None:
        with _one_maker(path):
            array = entry_file.read(path)  # another process may have made it meanwhile
            if array is None:
                array = make_and_store()
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
            # A fallback to locks that are files would wait for ever for a killed process's.
            making = FileLock(lock, fallback_to_soft=False)
            while not making.is_locked:
                with suppress(Timeout):
                    stack.enter_context(making.acquire(timeout=QUIET_S))
                beat(f"wait for another process that makes {path.stem}")
            stack.callback(lock.unlink, missing_ok=True)  # while held: waiting processes notice
        yield


def _require_room(folder: Path, size: int) -> None:
    """Raise OSError at once, rather than after an hour of making what does not fit."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise OSError(f"it takes {size / 2**20:,.0f} MiB, {free / 2**20:,.0f} MiB are free")


def _warn_not_stored(path: Path, error: OSError) -> None:
    warnings.warn(f"not cached, so made again next time: {path} ({error})", stacklevel=5)
