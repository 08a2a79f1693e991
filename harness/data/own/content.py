"""What files of the user's hold, in a few digits: other data under the same name are told apart."""

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from harness.data.cache.arrays import cached, with_progress
from harness.errors import UserError

HASHED_BYTES = 1 << 20
"""Bytes from the beginning and from the end of a file that stand for its content."""

_AT_ONCE = 256  # files hashed between two looks at the clock


Files = dict[str, str]
"""Paths by names that do not depend on where the files are; text, as there may be 100,000."""

States = dict[str, str]
"""Place, size and time of change of files, by their names."""


def states_of(files: Files) -> States:
    """Return the states of some files.

    Raises:
        UserError: a file is missing.
    """
    states = {}
    for name, path in files.items():
        try:
            stat = os.stat(path)  # noqa: PTH116 - at half the time
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error}).") from error
        states[name] = f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}"
    return states


def digest_of(states: States) -> str:
    """Return a digest of the names and states of some files."""
    described = "\n".join(f"{name}\0{state}" for name, state in states.items())
    return hashlib.sha256(described.encode(errors="surrogateescape")).hexdigest()


def content_of(files: Files, states: States) -> str:
    """Return 16 hexadecimal digits of the names and contents of some files.

    They are of each file's size and its first and last MiB, and remembered in the cache folder for
    as long as no file changes its size or its time of change.

    Args:
        files: where each file is, by a name that does not depend on where it is.
        states: of these files.

    Raises:
        UserError: a file cannot be read.
    """
    key = {"files": digest_of(states)}
    digests = cached("contents", key, partial(_digests, list(files.values())))
    whole = hashlib.sha256("\n".join(files).encode(errors="surrogateescape"))
    whole.update(digests.tobytes())
    return whole.hexdigest()[:16]


def _digests(paths: list[str]) -> np.ndarray:
    """Return the digest of each file, ``[n, 32]`` uint8."""
    return np.concatenate(list(with_progress("contents", len(paths), _hashed(paths))))


def _hashed(paths: list[str]) -> Iterator[np.ndarray]:
    for start in range(0, len(paths), _AT_ONCE):
        digests = b"".join(map(_digest, paths[start : start + _AT_ONCE]))
        yield np.frombuffer(digests, np.uint8).reshape(-1, hashlib.sha256().digest_size)


def _digest(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.sha256(f"{size}\n".encode())
            digest.update(file.read(HASHED_BYTES))
            if size > HASHED_BYTES:
                file.seek(max(HASHED_BYTES, size - HASHED_BYTES))
                digest.update(file.read(HASHED_BYTES))
            return digest.digest()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error}).") from error
