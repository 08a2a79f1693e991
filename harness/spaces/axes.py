"""What is searched: axes of values, and the assignments drawn from them."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


@dataclass(frozen=True)
class Choices:
    """One of several values, of whatever kind."""

    values: tuple[Any, ...]

    def __str__(self) -> str:
        return f"choice({','.join(map(str, self.values))})"

    def draw(self, generator: np.random.Generator) -> Any:
        """Return a value, all equally likely."""
        return self.values[generator.integers(len(self.values))]

    def nearest(self, value: Any) -> Any:
        """Return the value itself if it is one of the choices, else the first."""
        return value if value in self.values else self.values[0]

    @property
    def ends(self) -> tuple[Any, ...]:
        """Values that must all be allowed for the axis to be."""
        return self.values

    @property
    def size(self) -> float:
        """Number of values."""
        return len(self.values)


@dataclass(frozen=True)
class Interval:
    """All numbers between two, both included.

    Attributes:
        low: the least.
        high: the largest.
        log: orders of magnitude count alike.
        integer: whole numbers only.
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False

    def __str__(self) -> str:
        text = f"interval({self.low:g},{self.high:g})"
        return f"tag(log,{text})" if self.log else text

    def draw(self, generator: np.random.Generator) -> float:
        """Return a number, uniform or log-uniform."""
        half = 0.5 if self.integer else 0.0  # a whole number stands for what rounds to it
        low, high = self.low - half, self.high + half
        if self.log:
            drawn = math.exp(generator.uniform(math.log(low), math.log(high)))
        else:
            drawn = generator.uniform(low, high)
        return self.nearest(round(drawn) if self.integer else drawn)

    def nearest(self, value: Any) -> float:
        """Return the number of the interval that is nearest to ``value``; low if it is none."""
        if not isinstance(value, int | float):
            return self.low
        inside = min(max(value, self.low), self.high)
        return int(inside) if self.integer else float(inside)

    @property
    def ends(self) -> tuple[float, float]:
        """Values that must both be allowed for the axis to be."""
        return self.low, self.high

    @property
    def size(self) -> float:
        """Number of values."""
        return self.high - self.low + 1 if self.integer else math.inf


Axis = Choices | Interval
Axes = Mapping[str, Axis]
"""Axes by configuration path."""

Assignment = dict[str, Any]
"""One value for each axis, by configuration path."""


def size(axes: Axes) -> float:
    """Return how many assignments there are."""
    return math.prod(axis.size for axis in axes.values())


def draw(axes: Axes, generator: np.random.Generator) -> Assignment:
    """Return a random assignment."""
    return {path: axis.draw(generator) for path, axis in axes.items()}


def key(assignment: Assignment) -> str:
    """Return a text that equal assignments share."""
    return json.dumps(assignment, sort_keys=True)


def with_values(config: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration with other values at some paths ``group.key``."""
    changed = dict(config)
    for path, value in values.items():
        group, _, key = path.partition(".")
        changed[group] = {**changed[group], key: value}
    return changed


def value_at(config: Mapping[str, Any], path: str) -> Any:
    """Return what a configuration has at a path ``group.key``."""
    group, _, key = path.partition(".")
    return config[group][key]


def number_or(value: Any) -> Any:
    """Return a number that YAML takes for text, as 1e-4, but Hydra for a number; or the value."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value


def as_dict(axis: Axis) -> dict[str, Any]:
    """Return an axis as YAML keeps it."""
    if isinstance(axis, Choices):
        return {"kind": "categorical", "choices": list(axis.values)}
    kind = "int" if axis.integer else "float"
    return {"kind": kind, "low": axis.low, "high": axis.high, "log": axis.log}


def from_dict(stored: Mapping[str, Any]) -> Axis:
    """Return the axis that :func:`as_dict` described.

    Raises:
        KeyError: it lacks what its kind needs.
        ValueError: it is of unknown kind.
    """
    if stored["kind"] == "categorical":
        return Choices(tuple(stored["choices"]))
    if stored["kind"] not in ("int", "float"):
        raise ValueError(f"an axis of unknown kind '{stored['kind']}'")
    integer = stored["kind"] == "int"
    return Interval(stored["low"], stored["high"], bool(stored.get("log")), integer)


def random_assignments(axes: Axes, start: Assignment, n: int, seed: int) -> list[Assignment]:
    """Return ``n`` different assignments: the start, then random ones.

    The first of more are the same as fewer. ``n`` must not exceed :func:`size`.
    """
    generator = np.random.default_rng(seed)
    assignments = {key(start): start}
    while len(assignments) < n:
        drawn = draw(axes, generator)
        assignments.setdefault(key(drawn), drawn)
    return list(assignments.values())


def distribution(axis: Axis) -> "BaseDistribution":
    """Return an axis as Optuna has it; its choices as :func:`as_choice` writes them."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(axis, Choices):
        return CategoricalDistribution([as_choice(value) for value in axis.values])
    if axis.integer:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return FloatDistribution(axis.low, axis.high, log=axis.log)


def as_choice(value: Any) -> Any:
    """Return a choice as Optuna can keep it: lists, such as widths, as text."""
    return value if isinstance(value, str | int | float | None) else json.dumps(value)
