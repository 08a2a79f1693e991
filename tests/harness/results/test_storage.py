"""Files appear whole or not at all, locally and on an object store."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from harness.errors import UserError
from harness.results import RunDirectory, load
from harness.results.storage import Storage
from tests.harness.results.helpers import synthetic


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
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_no_half_file(small_disk: Path) -> None:
    run = synthetic.create(small_disk / "run", 50)
    written: list[str] = []

    def fill() -> None:
        for index in range(50):
            run.write(synthetic.record(index))
            written.append(synthetic.trial_id(index))

    with pytest.raises(UserError, match=r"no room to write .*part-.*finished trials are kept"):
        fill()
    assert written
    assert not list(small_disk.rglob("*.tmp"))
    results = load(small_disk / "run")
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


@pytest.fixture
def bucket() -> Iterator[str]:
    """Serve S3 on this machine; the URI of a bucket in it."""
    server = shutil.which("moto_server")
    if server is None:
        pytest.skip("needs moto_server (pip install 'moto[server]')")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [server, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                pytest.skip("moto_server does not start")
            time.sleep(0.1)
        options = f"scheme=http&endpoint_override=127.0.0.1:{port}&allow_bucket_creation=true"
        options += "&allow_delayed_open=true"  # one request a file instead of three
        yield f"s3://key:secret@unbraid-test/run?{options}"
        process.kill()


def test_a_run_on_an_object_store(bucket: str, tmp_path: Path) -> None:
    remote, local = synthetic.create(bucket, 12), synthetic.create(tmp_path / "run", 12)
    for run in (remote, local):
        with run.lock():
            for index in range(9):
                run.write(synthetic.record(index))
            assert run.compact(min_parts=2) == 9
            run.remove([synthetic.trial_id(0)])
            run.write(synthetic.record(10))
    corrupt = Storage(bucket)
    name = f"part-{synthetic.trial_id(10)}.parquet"
    corrupt.write(f"curves/{name}", corrupt.read(f"curves/{name}")[:-9])
    assert len(load(bucket).problems) == 1
    assert len(remote.verify()) == 1
    local.remove([synthetic.trial_id(10)])
    assert remote.finished() == local.finished()
    there, here = load(bucket), load(tmp_path / "run")
    pd.testing.assert_frame_equal(there.trials, here.trials)
    pd.testing.assert_frame_equal(there.curves, here.curves)
    assert there.artifact(synthetic.trial_id(1)).keys() == {"walk"}
    assert there.artifact(synthetic.trial_id(0)) == {}
    assert RunDirectory(bucket).open().finished() == local.finished()
