"""The goal of a search: metrics to be as good as possible, and constraints to be kept."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness.errors import UserError, did_you_mean
from harness.metrics.metric import MetricKey
from harness.metrics.registry import METRIC_PATHS, METRICS, metric_keys
from harness.spaces.constraints import Constraint, parse_constraint


@dataclass(frozen=True)
class Objective:
    """A metric to be as high or as low as possible."""

    name: str
    direction: Literal["higher", "lower"]


@dataclass(frozen=True)
class Goal:
    """What a search is for."""

    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...] = ()

    @property
    def names(self) -> list[str]:
        """The metrics it is about."""
        return [o.name for o in self.objectives] + [c.metric for c in self.constraints]


def make_goal(
    objectives: Sequence[str] | None,
    constraints: Iterable[str],
    metrics: Sequence[str],
    config: Mapping[str, Any] | None = None,
) -> Goal:
    """Return the goal of a search that computes these metrics.

    Args:
        objectives: metric keys; None for the first key of ``metrics`` that has a direction.
        constraints: texts such as ``"mse <= 0.05"``.
        metrics: names of the metrics of the final evaluation.
        config: configuration of a trial; constraints may name its hyperparameters.

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
    bounds = tuple(_constraint(text, keys, config or {}) for text in constraints)
    return Goal(tuple(_objective(name, keys) for name in chosen), bounds)


def _objective(name: str, keys: Mapping[str, MetricKey]) -> Objective:
    key = _known(name, keys, "search.objectives")
    if key.direction == "none":
        raise UserError(f"search.objectives: '{name}' is neither better higher nor lower.")
    return Objective(name, key.direction)


def _constraint(text: str, keys: Mapping[str, MetricKey], config: Mapping[str, Any]) -> Constraint:
    where = "search.constraints"
    constraint = parse_constraint(text, where)
    _known(constraint.metric, keys, where)
    if constraint.path:
        group, _, key = constraint.path.partition(".")
        values = config.get(group)
        values = values if isinstance(values, Mapping) else {}
        if key not in values:
            paths = [f"{group}.{name}" for name in values]
            raise UserError(
                f"{where}: the trials have no '{constraint.path}'."
                f"{did_you_mean(constraint.path, paths)}"
            )
        if math.isnan(constraint.bound_for(lambda _: values[key])):
            raise UserError(f"{where}: {constraint.path}={values[key]} is not a number.")
    return constraint


def _known(name: str, keys: Mapping[str, MetricKey], where: str) -> MetricKey:
    if name in keys:
        return keys[name]
    of = [metric for metric in METRIC_PATHS if name in metric_keys([metric])]
    remedy = f" Add '{of[0]}' to metrics=[...]." if of else did_you_mean(name, keys)
    raise UserError(
        f"{where}: this sweep computes no '{name}'.{remedy} Computed: {', '.join(keys)}."
    )
