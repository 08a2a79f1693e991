"""Optuna's study of the configurations tried so far, asked for the next one.

It is held in memory and told of everything again by each session; a database only shows it.
"""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import optuna
from optuna.trial import TrialState

from harness.config.searched.goal import Goal
from harness.config.searched.settings import OptunaSearch
from harness.search.database import StudyDatabase
from harness.search.outcome import Outcome
from harness.spaces.axes import (
    Assignment,
    Axes,
    Choices,
    as_choice,
    distribution,
    draw,
    key,
    value_at,
)

REPEATS = 20
"""Suggestions in a row that are known already, after which one is drawn at random."""

_STATES = {"ok": TrialState.COMPLETE, "failed": TrialState.FAIL}
"""A pruned or diverged configuration is PRUNED: the samplers avoid what resembles it."""


class OptunaStudy:
    """Suggests assignments from how earlier ones ended; it never suggests one twice.

    Args:
        axes: what is searched.
        goal: objectives and constraints.
        search: sampler, and the database that shows the study.
        seed: of the sampler's randomness.
        name: the study's name in the storage.
        base: the configuration that an assignment changes; bounds that name a hyperparameter are
            read from it.
        known: assignments of an earlier session with their outcomes, in order; None for one that
            has not ended yet; :meth:`update` reports its end later.

    Raises:
        UserError: the storage cannot be used.
    """

    def __init__(
        self,
        axes: Axes,
        goal: Goal,
        search: OptunaSearch,
        *,
        seed: int,
        name: str,
        base: Mapping[str, Any] | None = None,
        known: Iterable[tuple[Assignment, Outcome | None]] = (),
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        known = list(known)
        self._axes, self._goal, self._base = axes, goal, base or {}
        self._distributions = {path: distribution(axis) for path, axis in axes.items()}
        # Continued, it must not draw once more what it drew at its start.
        self._random = np.random.default_rng([seed, len(known)])
        directions: list[Any] = [
            "maximize" if objective.direction == "higher" else "minimize"
            for objective in goal.objectives
        ]
        sampler = _sampler(search.sampler, int(self._random.integers(2**32)))
        self._study = optuna.create_study(study_name=name, sampler=sampler, directions=directions)
        self._database = search.storage and StudyDatabase(search.storage, name, directions)
        self._running: dict[str, optuna.Trial] = {}
        self._seen: set[str] = set()
        for assignment, outcome in known:
            self.begin(assignment)
            if outcome:
                self.update(assignment, outcome)

    def suggest(self) -> Assignment:
        """Return an assignment that was never suggested before; there must be one."""
        for _ in range(REPEATS):
            trial = self._study.ask(self._distributions)
            assignment = self._assignment(trial.params)
            if key(assignment) not in self._seen:
                self._begin(assignment, trial)
                return assignment
            trial.set_user_attr("unbraid", "suggested again")
            self._study.tell(trial, state=TrialState.FAIL)
        while key(assignment := draw(self._axes, self._random)) in self._seen:
            pass
        self.begin(assignment)
        return assignment

    def begin(self, assignment: Assignment) -> None:
        """Enter an assignment as running, whoever chose it."""
        self._study.enqueue_trial(self._params(assignment))
        self._begin(assignment, self._study.ask(self._distributions))

    def update(self, assignment: Assignment, outcome: Outcome) -> None:
        """Note how an assignment that runs has ended."""
        trial = self._running.pop(key(assignment))
        trial.set_user_attr("status", outcome.status)
        if len(self._goal.objectives) == 1:  # Optuna keeps no curves of several
            for epoch, value in outcome.along.items():
                trial.report(value, epoch)
        values = None
        state = _STATES.get(outcome.status, TrialState.PRUNED)
        if state == TrialState.COMPLETE:
            for constraint in self._goal.constraints:
                value = outcome.metrics[constraint.metric]
                excess = constraint.excess(value, lambda path: self._value_at(assignment, path))
                trial.set_constraint(str(constraint), excess)
            values = [outcome.metrics[goal.name] for goal in self._goal.objectives]
        told = self._study.tell(trial, values, state)
        if self._database:
            self._database.enter(told)

    def _value_at(self, assignment: Assignment, path: str) -> Any:
        return assignment[path] if path in assignment else value_at(self._base, path)

    def _begin(self, assignment: Assignment, trial: optuna.Trial) -> None:
        trial.set_user_attr("assignment", key(assignment))
        self._seen.add(key(assignment))
        self._running[key(assignment)] = trial

    def _params(self, assignment: Assignment) -> dict[str, Any]:
        return {
            path: as_choice(assignment[path]) if isinstance(axis, Choices) else assignment[path]
            for path, axis in self._axes.items()
        }

    def _assignment(self, params: dict[str, Any]) -> Assignment:
        return {
            path: axis.values[[as_choice(value) for value in axis.values].index(params[path])]
            if isinstance(axis, Choices)
            else axis.nearest(params[path])
            for path, axis in self._axes.items()
        }


def _sampler(name: str, seed: int) -> optuna.samplers.BaseSampler:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler: optuna.samplers.BaseSampler = {
            "tpe": optuna.samplers.TPESampler,
            "nsgaii": optuna.samplers.NSGAIISampler,
            "random": optuna.samplers.RandomSampler,
        }[name](seed=seed)
    return sampler
