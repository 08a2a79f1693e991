"""Arrays that are made once and memory-mapped afterwards.

An entry is one ``.npy`` file with four more bytes, the CRC-32 of all before them. It is written
beside its place and renamed into it, so a reader sees the whole of an entry or none of it; a
damaged entry is made again. No fault of the cache folder ever stops a run.
"""

import hashlib
import json
import os
import tempfile
import warnings
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

import numpy as np

_CRC_BYTES = 4


def cache_folder() -> Path:
    """Return the folder named by ``UNBRAID_CACHE``, or ``~/.cache/unbraid``."""
    try:
        return Path(os.environ.get("UNBRAID_CACHE") or "~/.cache/unbraid").expanduser()
    except RuntimeError:  # a container's user may have no home
        return Path(tempfile.gettempdir()) / "unbraid"


def cached(
    name: str,
    key: Mapping[str, str | int | float],
    sources: tuple[str, ...],
    make: Callable[[], np.ndarray],
) -> np.ndarray:
    """Return ``make()``, or the array it gave last time, memory-mapped and read-only.

    Args:
        name: readable first part of the file's name.
        key: the numbers and names that the array depends on.
        sources: paths of the Python files that make the array; editing one makes a new entry.
        make: makes the array; a function of ``key`` alone.
    """
    path = cache_folder() / f"{name}-{_digest(key, sources)}.npy"
    array = _read(path)
    if array is not None:
        return array
    made = make()
    try:
        _write(path, made)
    except OSError as error:
        warnings.warn(f"not cached, so made again next time: {path} ({error})", stacklevel=2)
        return made
    read_back = _read(path)
    return made if read_back is None else read_back


def _digest(key: Mapping[str, str | int | float], sources: tuple[str, ...]) -> str:
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode())
    for source in sources:
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:16]


def _read(path: Path) -> np.ndarray | None:
    """Return the array of an entry, or None where there is no sound one."""
    try:
        content = np.memmap(path, np.uint8, "r")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # unreadable; or empty, which cannot be mapped
        _warn_unsound(path, str(error))
        return None
    if content[-_CRC_BYTES:].tobytes() != _crc(content[:-_CRC_BYTES]):
        _warn_unsound(path, "its checksum is wrong")
        return None
    # asarray: memmap is a subclass, and pickle copies subclasses of ndarray.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _warn_unsound(path: Path, reason: str) -> None:
    warnings.warn(f"cache entry made again: {path} ({reason})", stacklevel=4)


def _write(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{uuid4().hex}")
    try:
        with unfinished.open("xb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            file.write(_crc(np.memmap(unfinished, np.uint8, "r")))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _crc(content: np.ndarray) -> bytes:
    return zlib.crc32(content.data).to_bytes(_CRC_BYTES, "big")
