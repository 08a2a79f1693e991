"""Several processes use one run directory at the same time."""

import signal
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.results import RunDirectory, load
from tests.harness.results.helpers import processes, synthetic


def test_readers_see_whole_and_ever_more_trials(tmp_path: Path) -> None:
    """While two writers write and one of them merges, no trial is ever torn, twice or gone."""
    run = synthetic.create(tmp_path / "run", 80)
    jobs = [processes.start("write_and_compact", run.location, share, 2) for share in (0, 1)]
    seen: set[str] = set()
    loads = 0
    while any(job.poll() is None for job in jobs):
        results = load(run.location)
        assert results.problems == []
        assert results.trials["trial_id"].is_unique
        assert seen <= set(results.trials["trial_id"])
        has_curves = results.trials.loc[results.trials["status"] != "failed", "trial_id"]
        points = results.curves["trial_id"].value_counts()
        assert (points[has_curves] == 20).all()
        seen = set(results.trials["trial_id"])
        for trial in has_curves[-2:]:
            assert results.artifact(trial).keys() == {"walk"}
        loads += 1
    assert [job.wait() for job in jobs] == [0, 0]
    assert loads > 3
    assert load(run.location).counts["finished"] == 80


def test_two_writers_of_one_trial_leave_one_whole(tmp_path: Path) -> None:
    run = synthetic.create(tmp_path / "run", 3)
    jobs = [processes.start("rewrite", run.location, 1, 25) for _ in range(2)]
    while any(job.poll() is None for job in jobs):
        results = load(run.location)
        assert results.problems == []
        assert len(results.trials) <= 1
    assert [job.wait() for job in jobs] == [0, 0]
    assert run.verify() == []
    assert load(run.location).trials["metric.elbo"].tolist() == [
        synthetic.record(1).metrics["elbo"]
    ]
    assert not list(Path(run.location).rglob("*.tmp"))


def test_one_driver_at_a_time_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with processes.start("hold_lock", run.location) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(UserError, match=f"in use by process {holder.pid} on .*Wait"),
            run.lock(),
        ):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with run.lock():
            synthetic.create(run.location, 2)
            assert load(run.location).counts["planned"] == 2
    with run.lock():
        pass
