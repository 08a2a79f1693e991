"""The Ray actor that runs one trial after another and writes each finished one itself."""

import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ray import tune

from harness.config.halving import Halving
from harness.config.schema import TrialConfig
from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.errors import UserError
from harness.execution.dataset_transport import received
from harness.execution.progress import first_score
from harness.results import RunDirectory, TrialRecord
from harness.trial.device import pick_device
from harness.trial.process import prepare_process
from harness.trial.run import Advance, run_trial

REPORT_EVERY_S = 5.0
"""Seconds between reports of a running trial; a shorter trial reports once, at its end."""


@dataclass(frozen=True)
class Assignment:
    """What every worker of a sweep gets once, through the object store.

    Attributes:
        run_dir: where finished trials are written; its plan says what a trial is.
        datasets: object-store references of the datasets, by options; large ones are left out.
        data_root: where the files of those are.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: torch threads of a trial.
        origin: entries of ``env.*`` that the driver knows.
        sys_path: the driver's import path, so that methods of the user's are found.
        halving: when trials are judged; None where all run to their end.
    """

    run_dir: str
    datasets: dict[DatasetOptions, Any]
    data_root: Path | None
    device: str
    threads: int
    origin: dict[str, Any]
    sys_path: list[str]
    halving: Halving | None


class TrialWorker(tune.Trainable):
    """Runs the trial whose id Tune passes; reused for the next one.

    A step is a few seconds of training, or what leads to a rung where the trial is judged; the last
    one writes the trial into the run directory. The file is there before Tune hears of it, so
    nothing that happens to Tune can lose the trial.
    """

    def setup(  # type: ignore[override]  # tune.with_parameters passes what Ray's type lacks
        self, config: dict[str, Any], assignment: Assignment
    ) -> None:
        """Prepare this process for its first trial."""
        sys.path[:] = list(dict.fromkeys([*sys.path, *assignment.sys_path]))
        prepare_process(assignment.threads)
        self._assignment = assignment
        self._run_directory = RunDirectory(assignment.run_dir)
        self._loaded: dict[DatasetOptions, Dataset] = {}
        self._rung: int
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin the next trial in the same process."""
        self._begin(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Train for a few seconds; at the trial's end write its record."""
        deadline = time.monotonic() + REPORT_EVERY_S
        share = 0.0
        try:
            while time.monotonic() < deadline:
                advance = next(self._running)
                share = advance.share
                if self._at_rung(advance):
                    return {"done": False, "share": share, **self._judgeable(advance)}
        except StopIteration as finished:
            return {"done": True, **self._write(finished.value)}
        return {"done": False, "share": share}

    def _at_rung(self, advance: Advance) -> bool:
        halving = self._assignment.halving
        if halving is None or not advance.test or halving.rung(advance.epoch) == self._rung:
            return False
        self._rung = halving.rung(advance.epoch)
        return True

    def _judgeable(self, advance: Advance) -> dict[str, Any]:
        """Return what the scheduler compares, and the record that the driver writes if it ends."""
        assert self._assignment.halving is not None
        return {
            "epoch": advance.epoch,
            "judged_by": advance.test[self._assignment.halving.metric],
            "metrics": advance.test,
            "so_far": advance.so_far,
        }

    def _write(self, record: TrialRecord) -> dict[str, Any]:
        try:
            self._run_directory.write(record)
        except UserError as error:
            # The driver stops the sweep: the next trial could not be written either.
            return {"status": "unwritten", "error": f"{socket.gethostname()}: {error}"}
        return {
            "status": record.status,
            "seconds": record.times["total"],
            "score": first_score(record.metrics),
            "metrics": record.metrics,
        }

    def _begin(self, config: dict[str, Any]) -> None:
        self._rung = 0
        trial = trial_from_dict(self._run_directory.config(config["trial_id"]))
        device = pick_device(self._assignment.device)
        data = self._dataset(trial)
        self._running = run_trial(trial, data, device, self._assignment.origin)

    def _dataset(self, trial: TrialConfig) -> Dataset:
        if trial.dataset not in self._loaded:
            self._loaded[trial.dataset] = received(
                trial.dataset, self._assignment.datasets, self._assignment.data_root
            )
        return self._loaded[trial.dataset]
