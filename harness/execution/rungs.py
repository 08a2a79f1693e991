"""Configurations of a worker on their way from rung to rung, where trials are stopped early."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from harness.config.searched.halving import Halving
from harness.results import TrialRecord
from harness.results.records import SCORED_SPLITS
from harness.trial.keeping import Checkpoints
from harness.trial.run import Advance


@dataclass
class Member:
    """A trial of those that a worker has begun.

    Attributes:
        trial_id: its id.
        advance: the last that it yielded.
        rung: how many rungs it has reached.
        ended: whether its record is written, or it was stopped.
        lost: whether it has ended because it diverged or failed.
        n_sent: how many points of its curves the driver has.
        checkpoints: from where it goes on.
    """

    trial_id: str
    checkpoints: Checkpoints
    advance: Advance | None = None
    rung: int = 0
    ended: bool = False
    lost: bool = False
    n_sent: int = 0


@dataclass
class Judgement:
    """What a configuration is judged by at a rung, and what is decided.

    Attributes:
        configuration: its name.
        trial_ids: of its seeds.
        epoch: the rung.
        score: the mean over its seeds; None where one has diverged or failed, or has no number.
        so_far: the records of those that go on, which the driver writes if they are stopped.
        scores: what each of these was scored last.
        stopped: the scheduler's decision.
    """

    configuration: str
    trial_ids: list[str]
    epoch: int
    score: float | None
    so_far: list[TrialRecord]
    scores: list[dict[str, float]]
    stopped: bool = False

    @property
    def going(self) -> list[str]:
        """The ids of the trials that it is decided about."""
        return [record.trial_id for record in self.so_far]


class Configurations:
    """The trials of a worker by configuration; each configuration waits at a rung to be judged.

    All its seeds are judged together, so that all of them go on or none.

    Args:
        members: the trials, by configuration.
        halving: when they are judged; None where all run to their end.
    """

    def __init__(self, members: Mapping[str, Sequence[Member]], halving: Halving | None) -> None:
        self._members, self._halving = members, halving
        self._judged = dict.fromkeys(members, 0)

    @property
    def seeds(self) -> list[list[str]]:
        """The ids of each configuration's trials."""
        return [[member.trial_id for member in members] for members in self._members.values()]

    def left(self) -> list[Member]:
        """Return the trials that have not ended."""
        return [member for members in self._members.values() for member in _left(members)]

    def ready(self) -> dict[str, Member]:
        """Return the trials that do not wait at a rung, by id."""
        return {
            member.trial_id: member
            for name, members in self._members.items()
            for member in _left(members)
            if member.rung <= self._judged[name]
        }

    def advance(self, member: Member, advance: Advance) -> None:
        """Note how far a trial has come."""
        member.advance = advance
        if self._halving and advance.test:
            member.rung = self._halving.rung(advance.epoch)

    def stop(self, trial_ids: Collection[str]) -> None:
        """Note which trials do not go on after a rung."""
        for member in self.left():
            member.ended = member.ended or member.trial_id in trial_ids

    def waiting(self) -> list[str]:
        """Return the configurations whose trials all wait at a rung."""
        return [
            name
            for name, members in self._members.items()
            if (left := _left(members)) and all(m.rung > self._judged[name] for m in left)
        ]

    def judgements(self) -> list[Judgement]:
        """Return what those are judged by that wait; they go on unless they are stopped.

        Trials that go on from checkpoints may have come further than what was judged; the rungs
        are told one after another, each by the scores that were taken there.
        """
        return [self._judgement(name, self._members[name]) for name in self.waiting()]

    def _judgement(self, name: str, members: Sequence[Member]) -> Judgement:
        assert self._halving is not None
        self._judged[name] += 1
        epoch = self._halving.rungs[self._judged[name] - 1]
        left = _left(members)
        going = [member.advance for member in left if member.advance]
        return Judgement(
            name,
            [member.trial_id for member in members],
            epoch,
            self._score(members, epoch),
            [advance.so_far for advance in going],
            [advance.test for advance in going],
        )

    def _score(self, members: Sequence[Member], epoch: int) -> float | None:
        """Return the mean over the seeds; of one that diverged or failed none speaks for all."""
        if self._halving is None or any(member.lost for member in members):
            return None
        # Also of a seed that is trained and is evaluated elsewhere.
        advances = [member.advance for member in members if member.advance]
        score = fmean(_score(advance, self._halving, epoch) for advance in advances)
        return score if math.isfinite(score) else None


def _left(members: Iterable[Member]) -> list[Member]:
    return [member for member in members if not member.ended]


def _score(advance: Advance, halving: Halving, rung: int) -> float:
    """Return what a trial was scored at a rung: at the first evaluation from its epoch on."""
    curves = advance.so_far.curves
    points = zip(curves.epoch, curves.split, curves.metric, curves.value, strict=True)
    return next(
        value
        for epoch, split, metric, value in points
        if split in SCORED_SPLITS and metric == halving.metric and epoch >= rung
    )
