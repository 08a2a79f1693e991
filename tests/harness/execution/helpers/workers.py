"""A worker of a sweep as Tune makes it, in this process and without Ray."""

from collections.abc import Collection
from typing import Any

from harness.config.sweep import Sweep
from harness.execution.assignment import Assignment
from harness.results import RunDirectory


def assignment(sweep: Sweep, run: RunDirectory, **changes: Any) -> Assignment:
    """Return what the driver would tell its workers."""
    told = {
        "run_dir": run.location,
        "datasets": {},
        "data_root": None,
        "device": "cpu",
        "threads": 1,
        "origin": {},
        "fingerprints": {trial.dataset: "same" for trial in sweep.trials},
        "sys_path": [],
        "halving": None,
        "keep": False,
    }
    return Assignment(**{**told, **changes})


def worker(job: Assignment, trial_ids: list[str], ended: Collection[str] = ()) -> Any:
    """Return a worker that has begun some trials, of which others have brought some to an end."""
    from harness.execution.worker import TrialWorker

    new = object.__new__(TrialWorker)
    new.setup({"trial_ids": trial_ids, "ended": list(ended)}, job)
    return new
