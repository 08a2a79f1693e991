"""The Ray actor that runs one trial after another and writes each finished one itself."""

import time
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ray import tune

from harness.config.searched.halving import Halving
from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.execution.assignment import Assignment, write
from harness.execution.stacks import kind
from harness.heartbeat import Watchdog
from harness.results import Curves, TrialRecord
from harness.results.records import SCORED_SPLITS
from harness.tracking.tracker import since
from harness.trial.device import pick_device
from harness.trial.global_state import GlobalState
from harness.trial.keeping import Checkpoints
from harness.trial.pace import Known, Pace
from harness.trial.room import Room
from harness.trial.run import Advance
from harness.trial.together import Running, Together

REPORT_EVERY_S = 5.0
"""Seconds between reports of running trials; a shorter trial reports once, at its end."""


@dataclass
class _Member:
    """A trial of those that a worker has begun.

    Attributes:
        trial_id: its id.
        advance: the last that it yielded.
        rung: how many rungs it has reached.
        ended: whether its record is written.
        n_sent: how many points of its curves the driver has.
        checkpoints: from where it goes on.
    """

    trial_id: str
    checkpoints: Checkpoints
    advance: Advance | None = None
    rung: int = 0
    ended: bool = False
    n_sent: int = 0


class TrialWorker(tune.Trainable):
    """Runs the trials whose ids Tune passes; reused for the next ones.

    They are one trial; or several that are trained as a stack; or, where trials are stopped early,
    all the seeds of a configuration: these train, in turns or as a stack, from rung to rung, so
    that they are judged together.

    A step is a few seconds of training, or what leads to a rung. A trial's last step writes it into
    the run directory. The file is there before Tune hears of it, so nothing that happens to Tune
    can lose the trial.
    """

    def setup(  # type: ignore[override]  # tune.with_parameters passes what Ray's type lacks
        self, config: dict[str, Any], assignment: Assignment
    ) -> None:
        """Prepare this process for its first trial."""
        self._assignment = assignment
        self._run_directory = assignment.begin()
        self._state = GlobalState()
        self._loaded: dict[DatasetOptions, Dataset] = {}
        self._members: list[_Member]
        self._together: Together
        self._known: dict[str, Known] = {}
        self._judged: int
        self._notes: list[str]
        self._watchdog = Watchdog(assignment.silent_s, self._tell_hung)
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin the next trials in the same process."""
        self._begin(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Train for a few seconds; write the records of the trials that end."""
        with self._watchdog:
            return self._step()

    def _step(self) -> dict[str, Any]:
        deadline = time.monotonic() + REPORT_EVERY_S
        ended: list[dict[str, Any]] = []
        points: dict[str, tuple[int, Curves]] = {}
        while time.monotonic() < deadline and (ready := self._ready()):
            trial_id, said = self._together.next(list(ready))
            member = ready[trial_id]
            if isinstance(said, TrialRecord):
                member.ended = True
                ended.append(write(self._run_directory, said, member.checkpoints))
                self._send(member, said, points)
                continue
            member.advance = said
            member.rung = self._rung(said, member.rung)
            if said.trained:
                member.ended = True
                ended.append({"trial_id": trial_id, "status": "trained"})
                self._send(member, said.so_far, points)
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
        return {**report, **self._judgeable(left)} if left and not self._ready() else report

    def _send(
        self, member: _Member, so_far: TrialRecord, points: dict[str, tuple[int, Curves]]
    ) -> None:
        """Add the points that the driver lacks, with the number of the first."""
        if self._assignment.logged:
            new = since(so_far.curves, member.n_sent)
            points[member.trial_id] = member.n_sent, new
            member.n_sent += len(new.value)

    def _ready(self) -> dict[str, _Member]:
        """Return the trials that have not come to the next rung."""
        left = (member for member in self._members if not member.ended)
        return {each.trial_id: each for each in left if each.rung <= self._judged}

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

    def _begin(self, config: dict[str, Any]) -> None:
        self._state.restore()  # an earlier trial's code may have changed it
        self._judged, self._notes, self._members = 0, [], []
        self._trial_ids: list[str] = config["trial_ids"]
        with self._watchdog:
            self._members += [self._member(trial_id) for trial_id in self._trial_ids]
            self._together = Together(
                self._trial_ids, self._run, self._pace(), self._note, self._room()
            )
        self._state = GlobalState()  # what an import has set stays: it happens once

    def _tell_hung(self, what: str) -> None:
        """Leave what happened for the driver, who sees nothing but that this process has died."""
        for trial_id in self._trial_ids:
            self._run_directory.write_hung(trial_id, what)

    def _member(self, trial_id: str) -> _Member:
        kept = Checkpoints(self._run_directory, self._assignment.checkpoint_s, self._note)
        return _Member(trial_id, kept)

    def _pace(self) -> Pace:
        """Return what says how many of the trials are stacked."""
        job = self._assignment
        if len(self._trial_ids) == 1 or job.stack == 1:
            return Pace(1, Known())
        alike = kind(trial_from_dict(self._run_directory.config(self._trial_ids[0])))
        what = f"{len(self._trial_ids)} {alike}"
        return Pace(job.stack, self._known.setdefault(what, Known()))

    def _note(self, line: str) -> None:
        self._notes.append(line)

    def _room(self) -> Room | None:
        """Return what says how many trials of a stack fit into memory."""
        several = len(self._trial_ids) > 1 and self._assignment.stack != 1
        return Room(pick_device(self._assignment.device)) if several else None

    def _run(self, trial_id: str) -> Running:
        (kept,) = (m.checkpoints for m in self._members if m.trial_id == trial_id)
        trial, job = trial_from_dict(self._run_directory.config(trial_id)), self._assignment
        if trial.dataset not in self._loaded:
            self._loaded[trial.dataset] = job.dataset(trial)
        device = pick_device(job.device)
        dataset = self._loaded[trial.dataset]
        return job.steps(trial, dataset, device, kept, hand_over=job.hand_over)


def _score(advance: Advance, halving: Halving, rung: int) -> float:
    """Return what a trial was scored at a rung: at the first evaluation from its epoch on."""
    curves = advance.so_far.curves
    points = zip(curves.epoch, curves.split, curves.metric, curves.value, strict=True)
    return next(
        value
        for epoch, split, metric, value in points
        if split in SCORED_SPLITS and metric == halving.metric and epoch >= rung
    )
