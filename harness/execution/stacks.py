"""Which trials of a sweep are trained together as a stack (see ``harness.trial.stacked.together``).

They have the same method, data and scale, and the same choices of structure, so that they have the
same networks, phases and batches; numbers and seeds differ. Whether that is so in truth is seen
when they are built: what turns out to be different is trained one by one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.config.schema import TrialConfig
from harness.search.standing import together
from models.hyperparameters import Value, describe

MOST = 64
"""Trials of a stack whose size is measured, at most."""


def kind(trial: TrialConfig) -> str:
    """Return what a trial has in common with those that it can be stacked with, as text."""
    described = trial.as_dict()
    del described["seed"]
    for name, info in describe(type(trial.hyperparameters)).items():
        if isinstance(info, Value):  # one that is not set is a choice of structure
            described["method"][name] = described["method"][name] is not None
    return json.dumps(described, sort_keys=True)


@dataclass(frozen=True)
class Groups:
    """How the trials of a sweep are handed to workers: one by one, or several at a time.

    Attributes:
        size: trials of a stack, at most; ``auto`` for as many as may be worth measuring.
        at_once: how many workers there are; with ``auto`` each gets its share of a kind. None where
            their number is not known.
        whole: whether the seeds of a configuration are judged together: they are in one group,
            whatever the size. With ``auto`` no other trial is in it, as what stops early leaves its
            worker with little to do.
    """

    size: int | Literal["auto"]
    at_once: int | None
    whole: bool

    @property
    def suggested(self) -> int:
        """How many trials a search is asked for at a time; it learns nothing from one to the next.

        With ``auto`` one: a search that learns from each is worth more than the time of a step.
        """
        return self.size if isinstance(self.size, int) else 1

    def of(self, trials: Sequence[TrialConfig]) -> list[list[str]]:
        """Return the ids of trials in the order of a plan, those of a group in one list."""
        place = {trial.trial_id: i for i, trial in enumerate(trials)}
        parts = together(trials) if self.whole else [[trial_id] for trial_id in place]
        alike: dict[str, list[list[str]]] = {}
        for ids in parts:
            alike.setdefault(kind(trials[place[ids[0]]]), []).append(ids)
        groups: list[list[str]] = []
        for several in alike.values():
            most = self._most(sum(map(len, several)))
            groups += [several[0]]
            for ids in several[1:]:
                if len(groups[-1]) + len(ids) <= most:
                    groups[-1] = groups[-1] + ids
                else:
                    groups.append(ids)
        return sorted(groups, key=lambda ids: place[ids[0]])

    def _most(self, n: int) -> int:
        if self.size == "auto":
            if self.whole:
                return 1
            return min(MOST, -(-n // (self.at_once or 1)))
        return self.size
