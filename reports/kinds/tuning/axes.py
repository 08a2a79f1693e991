"""The axes of a hyperparameter search, or of a grid, as ``sweep.yaml`` describes them."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.spaces.axes import Choices, from_dict
from reports.page.text import level_label, name_of, number, words

GRID_LOG = 100.0
"""A grid's positive numbers are laid out logarithmically if they span so many times the least."""
PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class Axis:
    """One hyperparameter that was varied.

    Attributes:
        key: configuration path, ``method.lr``, or a group, ``method``.
        label: what it is called; the path, where two axes would have one name.
        kind: ``float``, ``int`` or ``categorical``.
        low: smallest value of a number; NaN for a categorical axis.
        high: largest value, likewise.
        log: whether it was searched on a logarithmic scale.
        choices: the values of a categorical axis, in order.
    """

    key: str
    label: str
    kind: str
    low: float = math.nan
    high: float = math.nan
    log: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def in_words(self) -> str:
        """The axis in words: ``learning rate from 10⁻⁵ to 10⁻² (log)``."""
        if self.kind == "categorical":
            return f"{self.label} ({', '.join(map(str, self.choices))})"
        log = " (log)" if self.log else ""
        low, high = self.value_in_words(self.low), self.value_in_words(self.high)
        return f"{self.label} from {low} to {high}{log}"

    def value_in_words(self, value: Any) -> str:
        """Return a value as a table has it: to three digits, or as a power of ten."""
        if self.kind == "categorical" or not isinstance(value, (int, float)):
            return str(value)
        if self.kind == "int":
            return f"{value:g}".replace("-", "−")
        return level_label(float(f"{value:.3g}")) if self.log else number(value, 3)


def axes_of(sweep: Mapping[str, Any]) -> tuple[Axis, ...]:
    """Return a search's axes, or those of a grid that have several values.

    Raises:
        KeyError: an axis lacks what its kind needs.
        TypeError: the same, of a wrong type.
        ValueError: an axis of unknown kind.
    """
    search = sweep.get("search") or {}
    if "axes" in search:
        axes = [_search_axis(key, entry) for key, entry in search["axes"].items()]
    else:
        swept = {key: v for key, v in (sweep.get("swept") or {}).items() if isinstance(v, list)}
        axes = [_grid_axis(key, v) for key, v in swept.items() if len(v) > 1 and key != "seed"]
    label_counts = Counter(axis.label for axis in axes)
    return tuple(a if label_counts[a.label] == 1 else replace(a, label=a.key) for a in axes)


def values_of(axes: Sequence[Axis], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value on each axis by key; an axis that the method lacks is left out."""
    values = {}
    for axis in axes:
        group, _, key = axis.key.partition(".")
        options = config.get(group)
        if isinstance(options, dict) and (key or "name") in options:
            values[axis.key] = plain(options[key or "name"])
    return values


def configuration_in_words(axes: Sequence[Axis], values: Mapping[str, Any]) -> str:
    """Return a configuration in words: ``learning rate 10⁻³, transform affine``."""
    return words([f"{a.label} {a.value_in_words(values[a.key])}" for a in axes if a.key in values])


def plain(value: Any) -> Any:
    """Return a value that can be compared and drawn: a list becomes its text."""
    return value if isinstance(value, PLAIN) else str(value)


def _search_axis(key: str, entry: Mapping[str, Any]) -> Axis:
    axis, kind = from_dict(entry), str(entry["kind"])
    if isinstance(axis, Choices):
        return Axis(key, name_of(key), kind, choices=tuple(map(plain, axis.values)))
    return Axis(key, name_of(key), kind, float(axis.low), float(axis.high), axis.log)


def _grid_axis(key: str, values: Sequence[Any]) -> Axis:
    """Return the axis of a grid's list: of numbers, one from the least to the largest."""
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        return Axis(key, name_of(key), "categorical", choices=tuple(map(plain, values)))
    kind = "float" if any(isinstance(value, float) for value in values) else "int"
    low, high = float(min(values)), float(max(values))
    return Axis(key, name_of(key), kind, low, high, low > 0 and high / low >= GRID_LOG)
