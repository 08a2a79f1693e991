"""A search as an Optuna study in memory, for Optuna's own figures and its Pareto front."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import TrialState

from harness.spaces.axes import Choices, Interval, distribution
from reports.kinds.tuning.axes import Axis
from reports.kinds.tuning.search import Configuration, Search

STATES = {"ok": TrialState.COMPLETE, "pruned": TrialState.PRUNED}
"""What Optuna calls a status; all others are ``FAIL`` to it."""


def rebuild(search: Search) -> optuna.Study:
    """Return a study with one trial a configuration, so that its numbers are theirs.

    A configuration that lost a seed has no value and is not COMPLETE. Parameters are named by
    their axes' labels.
    """
    distributions = {axis.key: _distribution(axis, search) for axis in search.axes}
    with quiet():
        study = optuna.create_study(
            directions=["maximize" if o.higher_is_better else "minimize" for o in search.objectives]
        )
        study.add_trials([_trial(c, search, distributions) for c in search.configurations])
    return study


def front(search: Search, study: optuna.Study) -> list[Configuration]:
    """Return the feasible configurations that no other one beats in every objective."""
    if not any(map(search.feasible, search.configurations)):
        return []
    numbers = sorted(trial.number for trial in study.best_trials)
    return [search.configurations[number] for number in numbers]


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Optuna's log messages, whose content the report states itself."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _trial(
    c: Configuration, search: Search, distributions: dict[str, BaseDistribution]
) -> optuna.trial.FrozenTrial:
    axes = [axis for axis in search.axes if _drawable(axis, c.values)]
    has_value = c.status == "ok"
    violations = [c.violation(bound) for bound in search.constraints] if has_value else []
    return optuna.trial.create_trial(
        state=STATES.get(c.status, TrialState.FAIL),
        values=[c.mean(objective).value for objective in search.objectives] if has_value else None,
        params={axis.label: c.values[axis.key] for axis in axes},
        distributions={axis.label: distributions[axis.key] for axis in axes},
        system_attrs={"constraints": violations} if violations else {},
    )


def _drawable(axis: Axis, values: dict[str, Any]) -> bool:
    """Whether a configuration has a place on the axis; a default of 0 has none on a log scale."""
    if axis.key not in values or axis.kind == "categorical":
        return axis.key in values
    value = values[axis.key]  # null for a number: no limit
    return isinstance(value, (int, float)) and (value > 0 or not axis.log)


def _distribution(axis: Axis, search: Search) -> BaseDistribution:
    """Return what Optuna searched, widened to hold a default that lies outside of it."""
    values = [c.values[axis.key] for c in search.configurations if _drawable(axis, c.values)]
    if axis.kind == "categorical":
        return distribution(Choices(tuple(dict.fromkeys([*axis.choices, *values]))))
    low, high = min([axis.low, *values]), max([axis.high, *values])
    return distribution(Interval(low, high, axis.log, integer=axis.kind == "int"))
