"""The files of a run directory, on a local disk or an object store, each written as a whole."""

import errno
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from pyarrow import ArrowException, fs

from harness.errors import UserError

TEMPORARY = ".tmp"
"""Temporary files are ``.NAME.RANDOM.tmp``: no ``*.parquet`` matches, and dot files are skipped."""


class Storage:
    """A directory of files that appear whole or not at all.

    Files are named relative to the directory, with ``/``. On a local or network file system a file
    is written under a temporary name, synced and renamed; an object store shows an object only once
    its upload is complete.

    Attributes:
        label: the directory's name in messages: the location without keys and options.
        local: whether it is on a file system of this machine (NFS included).
    """

    def __init__(self, location: str | Path) -> None:
        self.label = str(location)
        if "://" in self.label:
            self.label = re.sub("//[^/@]*@", "//", self.label).split("?")[0]
            try:
                self._filesystem, self._root = fs.FileSystem.from_uri(str(location))
            except (ArrowException, OSError) as error:
                raise UserError(
                    f"cannot open '{self.label}': {error}. A run directory is a path or a URI such "
                    "as s3://bucket/run or gs://bucket/run."
                ) from error
        else:
            self._filesystem = fs.LocalFileSystem()
            # Resolved: to make `no/../run` would leave an empty folder `no` behind.
            self._root = str(Path(location).expanduser().resolve())
        self.local = isinstance(self._filesystem, fs.LocalFileSystem)

    def path(self, name: str = "") -> str:
        """Return the path of a file within its file system."""
        return "/".join(filter(None, (self._root.rstrip("/"), name.strip("/"))))

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: there is no such file.
            UserError: it cannot be read (permissions, network, disk).
        """
        try:
            with self._filesystem.open_input_stream(self.path(name), compression=None) as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            raise
        except OSError as error:  # says nothing about the content: the file is not corrupt
            raise UserError(f"cannot read {self.label}/{name}: {error}") from error

    def write(self, name: str, data: bytes) -> None:
        """Write a file; readers see the old one or the new one, never a part of it.

        Raises:
            UserError: the disk is full or cannot be written.
        """
        try:
            if self.local:
                _replace(Path(self.path(name)), data)
            else:
                with self._filesystem.open_output_stream(self.path(name)) as stream:
                    stream.write(data)
        except OSError as error:
            raise UserError(_cannot_write(f"{self.label}/{name}", error)) from error

    def make_directories(self, *names: str) -> None:
        """Create directories and their parents where they are missing.

        Raises:
            UserError: they cannot be created.
        """
        try:
            for name in names:
                self._filesystem.create_dir(self.path(name), recursive=True)
        except OSError as error:
            raise UserError(_cannot_write(self.label, error)) from error

    def delete(self, name: str) -> None:
        """Delete a file; it is no error if it is gone already."""
        with suppress(FileNotFoundError):
            self._filesystem.delete_file(self.path(name))

    def move(self, name: str, to: str) -> None:
        """Rename a file within the directory."""
        self._filesystem.move(self.path(name), self.path(to))

    def is_file(self, name: str = "") -> bool:
        """Say whether a file of this name exists (without a name: the location itself)."""
        return bool(self._info(name).type == fs.FileType.File)

    def stamp(self, name: str) -> tuple[int, int] | None:
        """Return ``(time of change in ns, size)`` of a file, None if there is none."""
        info = self._info(name)
        return (info.mtime_ns, info.size) if info.type == fs.FileType.File else None

    def names(self, directory: str, suffix: str = "") -> list[str]:
        """Return the sorted names of a directory's finished files; none if it does not exist."""
        return sorted(
            info.base_name
            for info in self._list(directory)
            if info.type == fs.FileType.File
            and info.base_name.endswith(suffix)
            and not info.base_name.startswith(".")
        )

    def entries(self, directory: str = "") -> list[str]:
        """Return the sorted names of all there is in a directory, hidden files too."""
        return sorted(info.base_name for info in self._list(directory))

    def untouched(self, directory: str, seconds: float) -> list[str]:
        """Return the names of files that were last written so long ago, temporary ones too."""
        now = time.time()
        return [
            info.base_name
            for info in self._list(directory)
            if info.type == fs.FileType.File and now - info.mtime_ns / 1e9 >= seconds
        ]

    def _info(self, name: str) -> fs.FileInfo:
        try:
            return self._filesystem.get_file_info(self.path(name))
        except OSError as error:
            raise UserError(f"cannot read {self.label}: {error}") from error

    def _list(self, directory: str) -> list[fs.FileInfo]:
        selector = fs.FileSelector(self.path(directory), allow_not_found=True)
        try:
            return list(self._filesystem.get_file_info(selector))
        except OSError as error:
            raise UserError(f"cannot read {self.label}/{directory}: {error}") from error


def _replace(path: Path, data: bytes) -> None:
    """Write beside the file, then rename; the syncs make both survive a power cut, in order."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _cannot_write(name: str, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"no room to write {name} ({error.strerror}). Nothing half-written was left. Free "
            "some space or a quota, then run the same command again: finished trials are kept."
        )
    return f"cannot write {name}: {error}. Check the permissions or choose another run directory."
