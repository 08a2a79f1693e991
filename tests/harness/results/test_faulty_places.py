"""File systems that are read-only, full or without locks, and clocks that are wrong."""

import errno
import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.results import RunDirectory
from harness.results.locking import LOCK
from tests.harness.results.helpers import synthetic
from tests.helpers.small_disk import small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, "1m") as place:
        yield place


def lock(run: Path) -> None:
    with RunDirectory(run).lock():
        pass


def test_read_only_is_found_before_work_starts(disk: Path) -> None:
    synthetic.create(disk / "run", 2)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(UserError, match=r"Read-only file system.*Mount it writable"):
        lock(disk / "run")
    with pytest.raises(UserError, match="Mount it writable"):
        lock(disk / "new")


def test_full_is_found_before_work_starts(disk: Path) -> None:
    synthetic.create(disk / "run", 2)
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "other").write_bytes(bytes(free - 4096))
    with pytest.raises(UserError, match=r"no room to write in .*Free some space"):
        lock(disk / "run")
    (disk / "other").unlink()
    lock(disk / "run")


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(UserError, match=r"has no locks \(No locks available\).*nolock"):
        lock(tmp_path / "run")


@pytest.mark.parametrize("hours", [-5, 5])
def test_whose_clock_is_wrong_deletes_nothing_that_is_young(tmp_path: Path, hours: int) -> None:
    run = synthetic.create(tmp_path / "run", 3)
    run.write(synthetic.record(1, points=2))
    young = tmp_path / "run" / "trials" / ".part-x.parquet.0.tmp"
    old = tmp_path / "run" / "trials" / ".part-y.parquet.0.tmp"
    for path in (young, old):
        path.write_bytes(b"")
    now = time.time() + 3600 * hours  # what this machine does not know
    for path in (tmp_path / "run").rglob("*"):
        os.utime(path, (now, now))
    os.utime(old, (now - 1000, now - 1000))
    assert run.verify(stale_after=900) == []
    assert young.exists()
    assert not old.exists()
    assert LOCK not in [path.name for path in (tmp_path / "run").iterdir()]
