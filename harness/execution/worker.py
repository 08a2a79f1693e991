"""The Ray actor that runs one trial after another and writes each finished one itself."""

import time
from collections.abc import Collection
from typing import Any

from ray import tune

from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.execution.assignment import Assignment, write
from harness.execution.rungs import Configurations, Member
from harness.execution.stacks import kind
from harness.heartbeat import Watchdog
from harness.results import Curves, TrialRecord
from harness.tracking.tracker import since
from harness.trial.device import pick_device
from harness.trial.global_state import GlobalState
from harness.trial.keeping import Checkpoints
from harness.trial.stacked.pace import Known, Pace
from harness.trial.stacked.room import Room
from harness.trial.stacked.together import Running, Together

REPORT_EVERY_S = 5.0
"""Seconds between reports of running trials; a shorter trial reports once, at its end."""


class TrialWorker(tune.Trainable):
    """Runs the trials whose ids Tune passes; reused for the next ones.

    They are one trial; or several that are trained as a stack; or, where trials are stopped early,
    all the seeds of one or more configurations: these train, in turns or as a stack, from rung to
    rung, so that they are judged together, and those that are stopped leave.

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
        self._members: dict[str, Member]
        self._configurations: Configurations
        self._together: Together
        self._known: dict[str, Known] = {}
        self._notes: list[str]
        self._watchdog = Watchdog(assignment.silent_s, self._tell_hung)
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin the next trials in the same process."""
        self._begin(new_config)
        return True

    def stop_trials(self, trial_ids: Collection[str]) -> None:
        """Leave out trials that the driver has written as stopped, before the next step."""
        self._configurations.stop(trial_ids)
        self._together.stop(trial_ids)

    def step(self) -> dict[str, Any]:
        """Train for a few seconds; write the records of the trials that end."""
        with self._watchdog:
            return self._step()

    def _step(self) -> dict[str, Any]:
        deadline = time.monotonic() + REPORT_EVERY_S
        ended: list[dict[str, Any]] = []
        points: dict[str, tuple[int, Curves]] = {}
        while time.monotonic() < deadline and (ready := self._trainable()):
            trial_id, said = self._together.next(ready)
            member = self._members[trial_id]
            if isinstance(said, TrialRecord):
                member.ended, member.lost = True, said.status != "ok"
                ended.append(write(self._run_directory, said, member.checkpoints))
                self._send(member, said, points)
                continue
            self._configurations.advance(member, said)
            if said.trained:
                member.ended = True
                ended.append({"trial_id": trial_id, "status": "trained"})
                self._send(member, said.so_far, points)
        left = self._configurations.left()
        shares = {m.trial_id: m.advance.share for m in left if m.advance}
        for member in left:
            if member.advance:
                self._send(member, member.advance.so_far, points)
        self._notes, notes = [], self._notes
        judged = self._configurations.judgements() if left and not self._trainable() else []
        return {
            "notes": notes,
            "done": not left,
            "ended": ended,
            "shares": shares,
            "points": points,
            "judged": judged,
            "unjudged": len(left) - sum(len(each.going) for each in judged),
        }

    def _trainable(self) -> list[str]:
        """Return the trials that go on; none where those with room wait to be judged."""
        ready = list(self._configurations.ready())
        goes_on = self._together.have_room(ready) or not self._configurations.waiting()
        return ready if goes_on else []

    def _send(
        self, member: Member, so_far: TrialRecord, points: dict[str, tuple[int, Curves]]
    ) -> None:
        """Add the points that the driver lacks, with the number of the first."""
        if self._assignment.logged:
            new = since(so_far.curves, member.n_sent)
            points[member.trial_id] = member.n_sent, new
            member.n_sent += len(new.value)

    def _begin(self, config: dict[str, Any]) -> None:
        self._state.restore()  # an earlier trial's code may have changed it
        self._notes, self._members = [], {}
        with self._watchdog:
            self._configurations = self._grouped(config["trial_ids"], config.get("ended", ()))
            self._together = Together(
                list(self._members),
                self._run,
                self._pace(),
                self._note,
                self._room(),
                whole=self._configurations.seeds,
                graphs=self._assignment.graphs,
            )
        self._state = GlobalState()  # what an import has set stays: it happens once

    def _grouped(self, trial_ids: list[str], ended: Collection[str]) -> Configurations:
        """Return the trials to run by what is judged together, without what has ended as a whole.

        Args:
            trial_ids: of the trials.
            ended: those of them that an earlier worker has brought to an end.
        """
        alike: dict[str, list[str]] = {}
        for trial_id in trial_ids:
            alike.setdefault(self._configuration(trial_id), []).append(trial_id)
        left = {name: ids for name, ids in alike.items() if not set(ids) <= set(ended)}
        self._members = {i: self._member(i) for ids in left.values() for i in ids}
        members = {name: [self._members[i] for i in ids] for name, ids in left.items()}
        return Configurations(members, self._assignment.halving)

    def _configuration(self, trial_id: str) -> str:
        """Return the name of what a trial is judged with; without rungs each is by itself."""
        if self._assignment.halving is None:
            return trial_id
        return trial_from_dict(self._run_directory.config(trial_id)).configuration

    def _tell_hung(self, what: str) -> None:
        """Leave what happened for the driver, who sees nothing but that this process has died."""
        for trial_id in self._members:
            self._run_directory.write_hung(trial_id, what)

    def _member(self, trial_id: str) -> Member:
        kept = Checkpoints(self._run_directory, self._assignment.checkpoint_s, self._note)
        return Member(trial_id, kept)

    def _pace(self) -> Pace:
        """Return what says how many of the trials are stacked."""
        job = self._assignment
        if len(self._members) <= 1 or job.stack == 1:
            return Pace(1, Known())
        alike = kind(trial_from_dict(self._run_directory.config(next(iter(self._members)))))
        what = f"{len(self._members)} {alike}"
        return Pace(job.stack, self._known.setdefault(what, Known()))

    def _note(self, line: str) -> None:
        self._notes.append(line)

    def _room(self) -> Room | None:
        """Return what says how many trials of a stack fit into memory."""
        several = len(self._members) > 1 and self._assignment.stack != 1
        return Room(pick_device(self._assignment.device)) if several else None

    def _run(self, trial_id: str) -> Running:
        kept = self._members[trial_id].checkpoints
        trial, job = trial_from_dict(self._run_directory.config(trial_id)), self._assignment
        if trial.dataset not in self._loaded:
            self._loaded[trial.dataset] = job.dataset(trial)
        device = pick_device(job.device)
        dataset = self._loaded[trial.dataset]
        return job.steps(trial, dataset, device, kept, hand_over=job.hand_over)
