"""Where a worker can no longer write, the sweep stops and says why; what it wrote stays."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.results import load
from tests.harness.execution.conftest import Start
from tests.harness.execution.helpers.sweeps import SWEEP, TRIALS, finished, same_results
from tests.helpers.small_disk import small_disk


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a few trials."""
    with small_disk(tmp_path, "4m", lazy=True) as disk:
        yield disk


@pytest.mark.slow  # three sessions
@pytest.mark.timeout(600)
def test_a_full_disk_stops_the_sweep_and_room_lets_it_go_on(
    start: Start, control: Path, tiny_disk: Path
) -> None:
    run = tiny_disk / "run"
    sweep = start(*SWEEP, "keep=all", f"run_dir={run}")
    assert sweep.wait() == 2
    assert "no room to write" in sweep.err
    assert "then run the same command again: finished trials are kept" in sweep.err
    assert "Traceback" not in sweep.err
    results = load(run)
    assert 0 < len(results.trials) == len(finished(run)) < TRIALS
    assert results.problems == []
    assert set(results.trials["status"]) == {"ok"}
    assert results.kept() == results.trials["trial_id"].tolist(), "no row without its model"

    subprocess.run(["mount", "-o", "remount,size=32m", str(tiny_disk)], check=True)
    sweep = start(*SWEEP, f"run_dir={run}")
    assert sweep.wait() == 0, sweep.err
    same_results(run, control)
    assert len(load(run).kept()) == TRIALS, "the command without keep goes on with keep=all"
    assert len(load(control).kept()) == 1, "by default the best is kept"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_folder_that_cannot_be_written_stops_the_sweep(start: Start, tmp_path: Path) -> None:
    run = tmp_path / "run"
    sweep = start(*SWEEP, f"run_dir={run}")
    sweep.until(lambda: finished(run))
    (run / "artifacts").rename(tmp_path / "artifacts")
    (run / "artifacts").write_text("in the way")
    assert sweep.wait() == 2
    assert f"cannot write {run}/artifacts/" in sweep.err
    assert "Traceback" not in sweep.err
    assert 0 < load(run).counts["ok"] == load(run).counts["finished"] < TRIALS
