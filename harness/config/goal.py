"""What makes one configuration better than another, and what a finished one has to say of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Literal

from harness.errors import UserError, did_you_mean
from harness.metrics.metric import MetricKey
from harness.metrics.registry import METRIC_PATHS, METRICS, metric_keys
from harness.results.records import Status

_CONSTRAINT = re.compile(r"\s*(\w+)\s*(<=|>=)\s*(\S+)\s*")


@dataclass(frozen=True)
class Objective:
    """A metric to be as high or as low as possible."""

    name: str
    direction: Literal["higher", "lower"]


@dataclass(frozen=True)
class Constraint:
    """A bound on a metric that a configuration must keep."""

    name: str
    sign: Literal["<=", ">="]
    bound: float

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.bound:g}"

    def excess(self, value: float) -> float:
        """Return by how much a value breaks the bound; 0 or less where it keeps it."""
        return value - self.bound if self.sign == "<=" else self.bound - value


@dataclass(frozen=True)
class Goal:
    """What a search is for."""

    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...] = ()

    @property
    def names(self) -> list[str]:
        """The metrics it is about."""
        return [o.name for o in self.objectives] + [c.name for c in self.constraints]


@dataclass(frozen=True)
class Outcome:
    """How a trial, or all the seeds of a configuration, ended.

    Attributes:
        status: the worst of the seeds'.
        metrics: final metrics, means over the seeds; only where all of them are ``ok``.
        along: the first objective by epoch, as far as it was scored along training.
    """

    status: Status
    metrics: dict[str, float] = field(default_factory=dict)
    along: dict[int, float] = field(default_factory=dict)


def make_goal(
    objectives: Sequence[str] | None, constraints: Iterable[str], metrics: Sequence[str]
) -> Goal:
    """Return the goal of a search that computes these metrics.

    Args:
        objectives: metric keys; None for the first key of ``metrics`` that has a direction.
        constraints: texts such as ``"mse <= 0.05"``.
        metrics: names of the metrics of the final evaluation.

    Raises:
        UserError: a key that is not computed, has no direction, or an unreadable constraint.
    """
    keys = {key.name: key for name in metrics for key in METRICS.load(name).keys}
    directed = [name for name, key in keys.items() if key.direction != "none"]
    chosen = list(objectives) if objectives is not None else directed[:1]
    if not chosen:
        raise UserError(
            f"search.objectives names no metric. Known here: {', '.join(directed) or 'none'}."
        )
    bounds = tuple(_constraint(text, keys) for text in constraints)
    return Goal(tuple(_objective(name, keys) for name in chosen), bounds)


def _objective(name: str, keys: dict[str, MetricKey]) -> Objective:
    key = _known(name, keys, "search.objectives")
    if key.direction == "none":
        raise UserError(f"search.objectives: '{name}' is neither better higher nor lower.")
    return Objective(name, key.direction)


def _constraint(text: str, keys: dict[str, MetricKey]) -> Constraint:
    found = _CONSTRAINT.fullmatch(text)
    try:
        name, sign, bound = found.groups() if found else ("", "", "")
        value = float(bound)
    except ValueError:
        raise UserError(
            f"search.constraints: cannot read '{text}'. Write a metric, <= or >=, and a number: "
            "search.constraints=['mse <= 0.05']."
        ) from None
    return Constraint(_known(name, keys, "search.constraints").name, _sign(sign), value)


def _sign(text: str) -> Literal["<=", ">="]:
    return "<=" if text == "<=" else ">="


def _known(name: str, keys: dict[str, MetricKey], where: str) -> MetricKey:
    if name in keys:
        return keys[name]
    of = [metric for metric in METRIC_PATHS if name in metric_keys([metric])]
    remedy = f" Add '{of[0]}' to metrics=[...]." if of else did_you_mean(name, keys)
    raise UserError(
        f"{where}: this sweep computes no '{name}'.{remedy} Computed: {', '.join(keys)}."
    )


_WORST_FIRST: tuple[Status, ...] = ("failed", "diverged", "pruned", "ok")


def together(seeds: Sequence[Outcome]) -> Outcome:
    """Return the outcome of a configuration from those of its seeds."""
    status = min((seed.status for seed in seeds), key=_WORST_FIRST.index)
    epochs = set.intersection(*(set(seed.along) for seed in seeds))
    along = {epoch: fmean(seed.along[epoch] for seed in seeds) for epoch in sorted(epochs)}
    if status != "ok":
        return Outcome(status, {}, along)
    names = set.intersection(*(set(seed.metrics) for seed in seeds))
    metrics = {name: fmean(seed.metrics[name] for seed in seeds) for name in sorted(names)}
    return Outcome(status, metrics, along)


def require_scores(goal: Goal, outcome: Outcome, method: Any) -> None:
    """Refuse a goal that this method, or this dataset, cannot be scored on.

    Raises:
        UserError: a trial that ended well lacks a metric of the goal.
    """
    missing = [name for name in goal.names if name not in outcome.metrics]
    if outcome.status == "ok" and missing:
        raise UserError(
            f"The search cannot judge {method}: it is not scored on {', '.join(missing)} with this "
            "dataset. Choose other search.objectives and search.constraints, in a new run_dir."
        )
