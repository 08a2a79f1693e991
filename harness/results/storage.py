"""The files of a run directory, on a local disk or an object store, each written as a whole."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, TypeVar, cast
from uuid import uuid4

from pyarrow import fs

from harness.errors import UserError
from harness.results.remote.address import label_of, opened
from harness.results.remote.faults import Heard, described
from harness.results.remote.retries import retried

TEMPORARY = ".tmp"
"""Temporary files are ``.NAME.RANDOM.tmp``: no ``*.parquet`` matches, and dot files are skipped."""

LEAST_ROOM = 1 << 17
"""Bytes that a disk must have free for a sweep to begin; less is as good as full."""

REMOTE_AT_ONCE = 32
"""Requests at once to an object store, where each mostly waits."""

_A = TypeVar("_A")
_T = TypeVar("_T")


class Storage:
    """A directory of files that appear whole or not at all.

    Files are named relative to the directory, with ``/``. On a local or network file system a file
    is written under a temporary name, synced and renamed; an object store shows an object only once
    its upload is complete. A store that is away is waited for (``remote.retries``).

    Attributes:
        label: the directory's name in messages: the location without keys and options.
        local: whether it is on a file system of this machine (NFS included).
    """

    def __init__(self, location: str | Path) -> None:
        self.label = label_of(location)
        if "://" in str(location):
            self._filesystem, self._root = opened(str(location))
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

        def once() -> bytes:
            with self._filesystem.open_input_stream(self.path(name), compression=None) as stream:
                return bytes(stream.read())

        return self._read(once, name)

    def read_within(self, name: str, action: Callable[[IO[bytes]], _T]) -> _T:
        """Return what an action reads of a file, of which a store sends no more than that.

        Args:
            name: which.
            action: seeks and reads in the open file; done again where a store was away.

        Raises:
            FileNotFoundError: there is no such file.
            UserError: it cannot be read (permissions, network, disk).
        """

        def once() -> _T:
            with self._filesystem.open_input_file(self.path(name)) as opened, Heard(opened) as file:
                return action(cast(IO[bytes], file))

        return self._read(once, name)

    def _read(self, once: Callable[[], _T], name: str) -> _T:
        try:
            return self._patiently(once)
        except FileNotFoundError:
            raise
        except OSError as error:  # says nothing about the content: the file is not corrupt
            raise UserError(described(error, "read", f"{self.label}/{name}")) from error

    def write(self, name: str, data: bytes, patience_s: float | None = None) -> None:
        """Write a file; readers see the old one or the new one, never a part of it.

        Args:
            name: which.
            data: its content.
            patience_s: how long a store may be away; None for ``retries.PATIENCE_S``.

        Raises:
            UserError: the location is full, read-only, forbidden or away.
        """
        try:
            self._write(name, data, patience_s)
        except OSError as error:
            raise UserError(described(error, "write", f"{self.label}/{name}")) from error

    def _write(self, name: str, data: bytes, patience_s: float | None = None) -> None:
        if self.local:
            _replace(Path(self.path(name)), data)
        else:
            retried(lambda: self._upload(name, data), self.label, patience_s)

    def _upload(self, name: str, data: bytes) -> None:
        """Upload in a thread, which Ctrl-C does not reach: Arrow would complete what is begun."""

        def once() -> None:
            with self._filesystem.open_output_stream(self.path(name)) as stream:
                stream.write(data)

        with ThreadPoolExecutor(1) as thread:
            thread.submit(once).result()

    def make_directories(self, *names: str) -> None:
        """Create directories and their parents where they are missing.

        Raises:
            UserError: they cannot be created.
        """
        for name in names:
            path = self.path(name)
            try:
                self._patiently(partial(self._filesystem.create_dir, path, recursive=True))
            except OSError as error:
                raise UserError(described(error, "write", self.label)) from error

    def require_writable(self) -> None:
        """Make sure that files can be written, before work starts.

        Raises:
            UserError: the location is full, read-only or forbidden.
        """
        if self.local and shutil.disk_usage(self.path()).free < LEAST_ROOM:
            raise UserError(
                f"no room to write in {self.label}: less than {LEAST_ROOM >> 10} KiB is free. Free "
                "some space or choose another run directory."
            )
        name = f".probe.{uuid4().hex}{TEMPORARY}"
        try:
            self._write(name, b"can files be written here?")
        except OSError as error:  # of the folder: nobody has asked for this file
            raise UserError(described(error, "write", f"in {self.label}")) from error
        self.delete(name)

    def delete(self, name: str) -> None:
        """Delete a file; it is no error if it is gone already."""
        with suppress(FileNotFoundError):
            self._patiently(lambda: self._filesystem.delete_file(self.path(name)))

    def move(self, name: str, to: str) -> None:
        """Rename a file within the directory."""
        attempts = 0

        def once() -> None:
            nonlocal attempts
            attempts += 1
            try:
                self._filesystem.move(self.path(name), self.path(to))
            except FileNotFoundError:
                if attempts == 1 or not self.is_file(to):  # else the first has done it, unheard
                    raise

        self._patiently(once)

    def is_file(self, name: str = "") -> bool:
        """Say whether a file of this name exists (without a name: the location itself)."""
        return bool(self._info(name).type == fs.FileType.File)

    def stamp(self, name: str) -> tuple[int, int] | None:
        """Return ``(time of change in ns, size)`` of a file, None if there is none."""
        info = self._info(name)
        return (info.mtime_ns, info.size) if info.type == fs.FileType.File else None

    def names(self, directory: str, suffix: str = "") -> list[str]:
        """Return the sorted names of a directory's finished files; none if it does not exist."""
        return sorted(self.times(directory, suffix))

    def entries(self, directory: str = "") -> list[str]:
        """Return the sorted names of all there is in a directory, hidden files too."""
        return sorted(info.base_name for info in self._list(directory))

    def untouched(self, seconds: float, *directories: str) -> list[str]:
        """Return the files, temporary ones too, that were last written so long before the newest.

        Ages are counted from the newest file, as a driver has just written its lock: what stamps
        files is the location's clock or that of many machines, and this machine's may be another.

        Args:
            seconds: how long.
            directories: where to look.

        Returns:
            ``directory/name`` of each.
        """
        files = {
            f"{directory}/{info.base_name}".lstrip("/"): info.mtime_ns
            for directory in directories
            for info in self._list(directory)
            if info.type == fs.FileType.File
        }
        newest = max(files.values(), default=0)
        return [name for name, at in files.items() if newest - at >= seconds * 1e9]

    def times(self, directory: str, suffix: str = "") -> dict[str, int]:
        """Return when each of a directory's finished files was written, in ns of its own clock."""
        return {info.base_name: info.mtime_ns for info in self._finished(directory, suffix)}

    def sizes(self, directory: str, suffix: str = "") -> dict[str, int]:
        """Return how many bytes each of a directory's finished files has."""
        return {info.base_name: info.size for info in self._finished(directory, suffix)}

    def each(
        self, action: Callable[[_A], _T], items: Iterable[_A], at_once: int = 1
    ) -> Iterator[_T]:
        """Yield what an action returns of each item, in order; a store is asked many at once.

        Args:
            action: reads or deletes, say.
            items: what of.
            at_once: threads on a file system; in an object store it is ``REMOTE_AT_ONCE``.
        """
        with ThreadPoolExecutor(at_once if self.local else REMOTE_AT_ONCE) as pool:
            yield from pool.map(action, items)

    def _info(self, name: str) -> fs.FileInfo:
        try:
            return self._patiently(lambda: self._filesystem.get_file_info(self.path(name)))
        except OSError as error:
            raise UserError(described(error, "read", self.label)) from error

    def _list(self, directory: str) -> list[fs.FileInfo]:
        selector = fs.FileSelector(self.path(directory), allow_not_found=True)
        try:
            return list(self._patiently(lambda: self._filesystem.get_file_info(selector)))
        except OSError as error:
            raise UserError(described(error, "read", f"{self.label}/{directory}")) from error

    def _finished(self, directory: str, suffix: str) -> list[fs.FileInfo]:
        return [
            info
            for info in self._list(directory)
            if info.type == fs.FileType.File
            and info.base_name.endswith(suffix)
            and not info.base_name.startswith(".")
        ]

    def _patiently(self, action: Callable[[], _T]) -> _T:
        return action() if self.local else retried(action, self.label)


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
