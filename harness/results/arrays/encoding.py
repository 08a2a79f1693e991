"""Arrays to the bytes of NPZ files and back, and many such files in one archive."""

import io
import zipfile
import zlib
from collections.abc import Container, Iterator, Mapping
from typing import IO

import numpy as np

from harness.errors import CorruptFileError

FILES, ARRAYS = ".npz", ".npy"
"""What members of an archive and of an NPZ file end in."""

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error),
    *(ValueError, EOFError, KeyError, NotImplementedError, RuntimeError, OSError),
)
"""What altered bytes make of ZIP's reader. A store's own faults ``Storage.read_within`` raises."""


def encode_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return arrays as an NPZ file.

    Raises:
        ValueError: an array holds Python objects, which NPZ could only pickle.
    """
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"array '{name}' holds Python objects; only numbers and text are kept")
    sink = io.BytesIO()
    np.savez_compressed(sink, **arrays)  # type: ignore[arg-type]
    return sink.getvalue()


def decode_arrays(data: bytes, name: str) -> dict[str, np.ndarray]:
    """Return the arrays of an NPZ file; ZIP's own checksums guard its content.

    Raises:
        CorruptFileError: the file is torn or altered.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return dict(arrays)
    except _DAMAGE as error:
        raise _torn(name, error) from error


def encode_archive(contents: Mapping[str, bytes]) -> bytes:
    """Return files as one ZIP file, uncompressed, as NPZ files are compressed themselves."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for member, data in contents.items():
            archive.writestr(zipfile.ZipInfo(member), data)
    return sink.getvalue()


def members(file: IO[bytes], name: str, suffix: str) -> list[str]:
    """Return the names of what is in a ZIP file: an archive's files or an NPZ file's arrays.

    They stand at the file's end, and nothing else is read: a file that was torn lacks them, while
    an altered byte of a member is found where that member is read.

    Args:
        file: the open file, which can be sought in.
        name: its name, for messages.
        suffix: what all of them end in.

    Raises:
        CorruptFileError: they are missing or altered.
    """
    with _opened(file, name, suffix) as archive:
        return archive.namelist()


def require_whole_archive(data: bytes, name: str) -> None:
    """Read every member of an archive.

    Raises:
        CorruptFileError: it, or one of them, is torn or altered.
    """
    file = io.BytesIO(data)
    contents = extracted(file, name, members(file, name, FILES))
    if faults := [str(content) for _, content in contents if not isinstance(content, bytes)]:
        more = f", and {len(faults) - 1} more" if faults[1:] else ""
        raise CorruptFileError(faults[0] + more)


def extracted(
    file: IO[bytes], name: str, wanted: Container[str]
) -> Iterator[tuple[str, bytes | CorruptFileError]]:
    """Read some members of an archive, and no others; yield each, or what is wrong with it.

    Args:
        file: the open file, which can be sought in.
        name: its name, for messages.
        wanted: the names of the members.

    Raises:
        CorruptFileError: the names of its members are missing or altered.
    """
    with _opened(file, name, FILES) as archive:
        for member in archive.namelist():
            if member not in wanted:
                continue
            try:
                yield member, archive.read(member)
            except _DAMAGE as error:
                yield member, _torn(f"{name}: {member}", error)


def _opened(file: IO[bytes], name: str, suffix: str) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE as error:
        raise _torn(name, error) from error
    # In place of an archive's end, where that is torn off, ZIP's reader takes its last file's own.
    if not all(member.endswith(suffix) for member in archive.namelist()):
        raise _torn(name, zipfile.BadZipFile("its end is missing"))
    return archive


def _torn(name: str, error: Exception) -> CorruptFileError:
    return CorruptFileError(f"{name}: torn or altered ({error})")
