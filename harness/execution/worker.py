"""The Ray actor that runs one trial after another and writes each finished one itself."""

import socket
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from ray import tune

from harness.config.schema import TrialConfig
from harness.config.searched.halving import Halving
from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.errors import UserError
from harness.execution.dataset_transport import received
from harness.execution.progress import first_score
from harness.results import Curves, RunDirectory, TrialRecord
from harness.results.records import SCORED_SPLITS
from harness.tracking.tracker import since
from harness.trial.device import pick_device
from harness.trial.global_state import GlobalState
from harness.trial.keeping import Checkpoints
from harness.trial.process import prepare_process
from harness.trial.run import Advance, run_trial

REPORT_EVERY_S = 5.0
"""Seconds between reports of running trials; a shorter trial reports once, at its end."""


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


@dataclass
class _Member:
    """A trial of those that a worker has begun.

    Attributes:
        trial_id: its id.
        running: the trial; it yields after every epoch.
        advance: the last that it yielded.
        rung: how many rungs it has reached.
        ended: whether its record is written.
        n_sent: how many points of its curves the driver has.
        checkpoints: from where it goes on.
    """

    trial_id: str
    running: Generator[Advance, None, TrialRecord]
    checkpoints: Checkpoints
    advance: Advance | None = None
    rung: int = 0
    ended: bool = False
    n_sent: int = 0


class TrialWorker(tune.Trainable):
    """Runs the trials whose ids Tune passes; reused for the next ones.

    They are one trial or, where trials are stopped early, all the seeds of a configuration: these
    train in turns from rung to rung, so that they are judged together.

    A step is a few seconds of training, or what leads to a rung. A trial's last step writes it into
    the run directory. The file is there before Tune hears of it, so nothing that happens to Tune
    can lose the trial.
    """

    def setup(  # type: ignore[override]  # tune.with_parameters passes what Ray's type lacks
        self, config: dict[str, Any], assignment: Assignment
    ) -> None:
        """Prepare this process for its first trial."""
        sys.path[:] = list(dict.fromkeys([*sys.path, *assignment.sys_path]))
        prepare_process(assignment.threads)
        self._state = GlobalState()
        self._assignment = assignment
        self._run_directory = RunDirectory(assignment.run_dir)
        self._loaded: dict[DatasetOptions, Dataset] = {}
        self._members: list[_Member]
        self._judged: int
        self._notes: list[str]
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin the next trials in the same process."""
        self._begin(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Train for a few seconds; write the records of the trials that end."""
        deadline = time.monotonic() + REPORT_EVERY_S
        ended: list[dict[str, Any]] = []
        points: dict[str, tuple[int, Curves]] = {}
        while time.monotonic() < deadline and (member := self._next()):
            try:
                member.advance = next(member.running)
                member.rung = self._rung(member.advance, member.rung)
            except StopIteration as finished:
                member.ended = True
                ended.append(self._write(finished.value))
                if ended[-1]["status"] != "unwritten":
                    member.checkpoints.end(member.trial_id)
                self._send(member, finished.value, points)
        left = [member for member in self._members if not member.ended]
        shares = {m.trial_id: m.advance.share for m in left if m.advance}
        for member in left:
            if member.advance:
                self._send(member, member.advance.so_far, points)
        self._notes, notes = [], self._notes
        report = {
            "notes": notes,
            "done": not left,
            "ended": ended,
            "shares": shares,
            "points": points,
        }
        return {**report, **self._judgeable(left)} if left and not self._next() else report

    def _send(
        self, member: _Member, so_far: TrialRecord, points: dict[str, tuple[int, Curves]]
    ) -> None:
        """Add the points that the driver lacks, with the number of the first."""
        if self._assignment.logged:
            new = since(so_far.curves, member.n_sent)
            points[member.trial_id] = member.n_sent, new
            member.n_sent += len(new.value)

    def _next(self) -> _Member | None:
        """Return the first trial that has not come to the next rung; None where all have."""
        ready = [m for m in self._members if not m.ended and m.rung <= self._judged]
        return ready[0] if ready else None

    def _rung(self, advance: Advance, so_far: int) -> int:
        halving = self._assignment.halving
        return halving.rung(advance.epoch) if halving and advance.test else so_far

    def _judgeable(self, left: list[_Member]) -> dict[str, Any]:
        """Return what the scheduler compares, and the records that the driver writes if it ends."""
        halving = self._assignment.halving
        assert halving is not None
        # Trials that go on from checkpoints may have come further than what was judged; the rungs
        # are told one after another, each by the scores that were taken there.
        self._judged = min(self._judged + 1, *(member.rung for member in left))
        epoch = halving.rungs[self._judged - 1]
        advances = [member.advance for member in left if member.advance]
        whole = len(left) == len(self._members)  # a seed that diverged or failed speaks for all
        return {
            "epoch": epoch,
            "judged_by": fmean(_score(a, halving, epoch) for a in advances) if whole else None,
            "so_far": [advance.so_far for advance in advances],
            "scores": [advance.test for advance in advances],
        }

    def _write(self, record: TrialRecord) -> dict[str, Any]:
        ended = {"trial_id": record.trial_id, "status": record.status}
        try:
            self._run_directory.write(record)
        except UserError as error:
            # The driver stops the sweep: the next trial could not be written either.
            return {**ended, "status": "unwritten", "error": f"{socket.gethostname()}: {error}"}
        return {
            **ended,
            "seconds": record.times["total"],
            "score": first_score(record.metrics),
            "metrics": record.metrics,
            "kept": record.model is not None,
        }

    def _begin(self, config: dict[str, Any]) -> None:
        self._state.restore()  # an earlier trial's code may have changed it
        self._judged, self._notes = 0, []
        self._members = [self._member(trial_id) for trial_id in config["trial_ids"]]
        self._state = GlobalState()  # what an import has set stays: it happens once

    def _member(self, trial_id: str) -> _Member:
        kept = Checkpoints(self._run_directory, self._assignment.checkpoint_s, self._note)
        return _Member(trial_id, self._run(trial_id, kept), kept)

    def _note(self, line: str) -> None:
        self._notes.append(line)

    def _run(self, trial_id: str, kept: Checkpoints) -> Generator[Advance, None, TrialRecord]:
        trial = trial_from_dict(self._run_directory.config(trial_id))
        device = pick_device(self._assignment.device)
        job = self._assignment
        origin = {**job.origin, "data_fingerprint": job.fingerprints[trial.dataset]}
        # What is tuned is trained again; the best of that would be kept beside what confirms it.
        keep = job.keep and trial.scale.scored_on == "test"
        return run_trial(
            trial,
            self._dataset(trial),
            device,
            origin,
            keep=keep,
            checkpoints=kept,
            limit_s=job.limit_s,
        )

    def _dataset(self, trial: TrialConfig) -> Dataset:
        if trial.dataset not in self._loaded:
            self._loaded[trial.dataset] = received(
                trial.dataset, self._assignment.datasets, self._assignment.data_root
            )
        return self._loaded[trial.dataset]


def _score(advance: Advance, halving: Halving, rung: int) -> float:
    """Return what a trial was scored at a rung: at the first evaluation from its epoch on."""
    curves = advance.so_far.curves
    points = zip(curves.epoch, curves.split, curves.metric, curves.value, strict=True)
    return next(
        value
        for epoch, split, metric, value in points
        if split in SCORED_SPLITS and metric == halving.metric and epoch >= rung
    )
