"""Files appear whole or not at all, locally and on an object store."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.results import load
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic
from tests.helpers.small_disk import small_disk


def test_a_write_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    storage.write("a.parquet", b"one")
    storage.write("a.parquet", b"two")
    assert storage.read("a.parquet") == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_temporary_names_match_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.extend(p.name for p in tmp_path.iterdir()))
    Storage(tmp_path).write("a.parquet", b"one")
    assert seen[0].startswith(".")
    assert not seen[0].endswith(".parquet")


def test_new_files_are_readable_by_others(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        Storage(tmp_path).write("a", b"")
    finally:
        os.umask(umask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, "256k") as place:
        yield place


def test_a_full_disk_leaves_no_half_file(disk: Path) -> None:
    run = synthetic.create(disk / "run", 50)
    written: list[str] = []

    def fill() -> None:
        for index in range(50):
            run.write(synthetic.record(index))
            written.append(synthetic.trial_id(index))

    with pytest.raises(UserError, match=r"no room to write .*part-.*finished trials are kept"):
        fill()
    assert written
    assert not list(disk.rglob("*.tmp"))
    results = load(disk / "run")
    assert results.trials["trial_id"].tolist() == written
    assert results.problems == []
    assert run.verify() == []


def test_a_limit_on_file_size_is_reported_likewise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"no room to write .*/a \(No space left on device\)"):
        Storage(tmp_path).write("a", b"one")
    assert list(tmp_path.iterdir()) == []


def test_unknown_kind_of_location() -> None:
    with pytest.raises(UserError, match="cannot open 'ftp://host/run'"):
        Storage("ftp://host/run")
