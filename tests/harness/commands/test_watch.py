"""Progress of a sweep from its run directory alone."""

import threading
import time
from argparse import Namespace
from pathlib import Path

import pytest

from harness.commands import watch
from harness.commands.running.watched import Watched
from harness.errors import UserError
from harness.results import RunDirectory
from tests.harness.results.helpers import synthetic


def watching(run: RunDirectory) -> int:
    return watch.run(Namespace(run_dir=run.location, every=0.1))


def test_lines_until_the_sweep_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = synthetic.create(tmp_path / "run", 5)
    run.write(synthetic.record(1, points=2))

    def drive() -> None:
        for index in (2, 3, 4):
            time.sleep(0.15)
            run.write(synthetic.record(index, points=2))
        run.compact(min_parts=1)
        run.write(synthetic.record(0))

    driver = threading.Thread(target=drive)
    with run.lock():
        driver.start()
        code = watching(run)
        driver.join()
    lines = capsys.readouterr().out.splitlines()
    assert code == 1  # the trial 0 failed, as status says
    assert lines[0].startswith("[1/5] 1 ok")
    assert lines[-1].startswith("[5/5] 4 ok, 1 failed  last: failed   vae glyphs seed=0")
    assert "an hour" in lines[-2]
    assert len({line.split("]")[0] for line in lines}) == len(lines), "a line for each change"


def test_nobody_drives_it_any_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = synthetic.create(tmp_path / "run", 2)
    with run.lock():
        pass
    import socket

    (tmp_path / "run" / ".lock").write_text(f"process {2**22 + 1} on {socket.gethostname()}\n")
    assert watching(run) == 1
    assert "To go on: unbraid resume" in capsys.readouterr().out


def test_all_is_well(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 3)
    run.remove([])
    for index in (1, 2):
        run.write(synthetic.record(index, points=2))
    watched = Watched(run.location)
    assert [row.trial_id for row in watched.look()] == list(watched.ended)
    assert watched.look() == []
    assert (watched.missing, watched.counts()["ok"]) == (1, 2)
    run.compact(min_parts=1)
    assert watched.look() == []
    assert watched.missing == 1


def test_it_never_looks_faster_than_it_may(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 1)
    with pytest.raises(UserError, match="--every 0: give seconds"):
        watch.run(Namespace(run_dir=run.location, every=0.0))
