"""What the processes of a sweep are told once, and what training and evaluating ones do alike."""

import socket
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from harness.config.schema import TrialConfig
from harness.config.searched.halving import Halving
from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.errors import UserError
from harness.execution.dataset_transport import received
from harness.execution.progress import first_score
from harness.heartbeat import beat
from harness.results import RunDirectory, TrialRecord
from harness.training.loop import Wanted
from harness.trial.keeping import Checkpoints
from harness.trial.process import prepare_process
from harness.trial.run import Advance, trial_in_steps


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
        fingerprints: of the content of each dataset, by options.
        sys_path: the driver's import path, so that methods of the user's are found.
        halving: when trials are judged; None where all run to their end.
        keep: whether trials that end well write their trained method.
        logged: whether the points of the curves are sent to the driver as they come.
        checkpoint_s: seconds between two checkpoints of a trial; None for none.
        limit_s: seconds after which a trial fails that still trains; None for no limit.
        stack: how many trials are trained as a stack; None for as many as is measured to pay.
        graphs: whether steps of stacks on a GPU are CUDA graphs where that pays.
        hand_over: whether trials that are trained are evaluated by other processes, without a GPU.
        silent_s: seconds without a sign of life after which a worker ends itself; None for never.
    """

    run_dir: str
    datasets: dict[DatasetOptions, Any]
    data_root: Path | None
    device: str
    threads: int
    origin: dict[str, Any]
    fingerprints: dict[DatasetOptions, str]
    sys_path: list[str]
    halving: Halving | None
    keep: bool
    logged: bool = False
    checkpoint_s: float | None = None
    limit_s: float | None = None
    silent_s: float | None = None
    hand_over: bool = False
    stack: int | None = 1
    graphs: bool = False

    def begin(self) -> RunDirectory:
        """Prepare this process for trials; return where they are written."""
        sys.path[:] = list(dict.fromkeys([*sys.path, *self.sys_path]))
        prepare_process(self.threads)
        return RunDirectory(self.run_dir)

    def steps(
        self,
        trial: TrialConfig,
        dataset: Dataset,
        device: torch.device,
        kept: Checkpoints,
        *,
        hand_over: bool,
    ) -> Generator[Advance | Wanted, None, TrialRecord]:
        """Return a trial that is about to run (see ``harness.trial.run.trial_in_steps``)."""
        # What is tuned is trained again; the best of that would be kept beside what confirms it.
        keep = self.keep and trial.scale.scored_on == "test"
        return trial_in_steps(
            trial,
            dataset,
            device,
            {**self.origin, "data_fingerprint": self.fingerprints[trial.dataset]},
            keep=keep,
            checkpoints=kept,
            limit_s=self.limit_s,
            hand_over=hand_over,
        )

    def dataset(self, trial: TrialConfig) -> Dataset:
        """Return a trial's dataset, in a worker."""
        beat(f"read the dataset {trial.dataset.name}")
        return received(trial.dataset, self.datasets, self.data_root)


def write(run: RunDirectory, record: TrialRecord, kept: Checkpoints) -> dict[str, Any]:
    """Write a trial that has ended; return what the driver is told of it.

    A machine that was cut off for longer than Ray waits goes on with a trial that has been started
    elsewhere meanwhile: of the two the first counts.
    """
    ended = {"trial_id": record.trial_id, "status": record.status}
    beat("write the results")
    try:
        if not run.has_ended(record.trial_id):
            run.write(record)
    except UserError as error:
        # The driver stops the sweep: the next trial could not be written either.
        return {**ended, "status": "unwritten", "error": f"{socket.gethostname()}: {error}"}
    kept.end(record.trial_id)
    return {
        **ended,
        "seconds": record.times["total"],
        "score": first_score(record.metrics),
        "metrics": record.metrics,
        "kept": record.model is not None,
    }
