"""What a killed sweep left in the temporary folder is gone with the next; other things stay."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.execution.scratch import scratch


def test_leftovers_of_killed_drivers_alone_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead, living = (f"unbraid-tune-{pid}-abc" for pid in (ended.pid, os.getpid()))
    for name in (dead, living, "unbraid-tune-mine", f"other-{ended.pid}-abc"):
        (tmp_path / name / "inside").mkdir(parents=True)
    (tmp_path / f"unbraid-tune-{ended.pid}-link").symlink_to(tmp_path / living)
    with scratch() as folder:
        assert Path(folder).is_dir()
        assert not (tmp_path / dead).exists()
    assert not Path(folder).exists()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {
        living,
        "unbraid-tune-mine",
        f"other-{ended.pid}-abc",
        f"unbraid-tune-{ended.pid}-link",
    }
    assert (tmp_path / living / "inside").is_dir()
