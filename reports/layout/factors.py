"""The factors that a sweep varies: their levels in order, and where these lie on an axis."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harness.results import Results
from reports.layout.grid import Grid
from reports.page.text import level_label, name_of
from reports.stats.estimates import Floats

FAR_APART = 10.0
"""From this ratio on two positive levels lie on a logarithmic axis; of more, their gaps decide."""

TINY, HUGE = 1e-3, 1e5
"""Levels are written as powers of ten where one is as small or as large as this."""


@dataclass(frozen=True)
class Factor:
    """One thing that a sweep varies.

    Attributes:
        key: configuration path or group, ``method.lr`` or ``method``.
        levels: its values: numbers ascending, names in the sweep's order.
        numeric: whether they are numbers.
    """

    key: str
    levels: tuple[Any, ...]
    numeric: bool

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return name_of(self.key)

    @property
    def log(self) -> bool:
        """Whether the levels are geometric, perhaps with 0: their logarithms lie more evenly."""
        if not self.numeric or min(self.levels) < 0 or max(self.levels) == 0:
            return False
        levels = np.array(self.levels, dtype=float)
        if len(levels) < 3:
            return bool(levels[0] > 0 and levels[-1] / levels[0] >= FAR_APART)
        return _unevenness(_logarithms(levels)) < _unevenness(levels)

    @property
    def places(self) -> Floats:
        """Where the levels lie along an axis ``[L]``: logarithms, numbers, or ranks of names.

        A level of 0 lies a mean step before the first logarithm.
        """
        if not self.numeric:
            return np.arange(len(self.levels), dtype=float)
        levels = np.array(self.levels, dtype=float)
        return _logarithms(levels) if self.log else levels

    @property
    def labels(self) -> list[str]:
        """What the levels are called."""
        return [self.label(level) for level in self.levels]

    def label(self, level: Any) -> str:
        """What a level is called; ``–`` for a trial that lacks the factor."""
        if _lacking(level):
            return "–"
        if self.numeric:
            sizes = [abs(x) for x in self.levels if x]
            plain = not sizes or (min(sizes) > TINY and max(sizes) < HUGE)
            return f"{level:g}".replace("-", "−") if plain else level_label(float(level))
        return str(level) or "none"

    def code(self, value: Any) -> int:
        """Return the place of a value among the levels; -1 for none of them."""
        return -1 if _lacking(value) else self.levels.index(_plain(value))


def factors_of(grid: Grid, results: Results) -> tuple[Factor, ...]:
    """Return the factors of a grid without an axis."""
    swept = results.sweep.get("swept")
    swept_values = swept if isinstance(swept, dict) else {}
    return tuple(_factor(key, grid.rows[key], swept_values.get(key)) for key in grid.factors)


def _factor(key: str, values: "pd.Series[Any]", swept_values: Any) -> Factor:
    levels = list(dict.fromkeys(_plain(value) for value in values if not _lacking(value)))
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in levels):
        return Factor(key, tuple(sorted(levels)), numeric=True)
    listed_values: Sequence[Any] = swept_values if isinstance(swept_values, (list, tuple)) else []
    order = [_plain(value) for value in listed_values]
    levels.sort(key=lambda value: order.index(value) if value in order else len(order))
    return Factor(key, tuple(levels), numeric=False)


def _logarithms(levels: Floats) -> Floats:
    """Return the decimal logarithms of levels, ascending from 0 or above; 0 a mean step before."""
    logs = np.log10(levels[levels > 0])
    if len(logs) == len(levels):
        return logs
    step = float(np.diff(logs).mean()) if len(logs) > 1 else 1.0
    return np.concatenate([[logs[0] - step], logs])


def _unevenness(places: Floats) -> float:
    """Return how much the gaps between places vary, as a part of their mean."""
    gaps = np.diff(places)
    return float(gaps.std() / gaps.mean())


def _plain(value: Any) -> Any:
    """Return Python's number for NumPy's, and for a list the text that its column has."""
    if isinstance(value, np.generic):
        return value.item()
    return json.dumps(value) if isinstance(value, (list, tuple, dict)) else value


def _lacking(value: Any) -> bool:
    return bool(value is None or value is pd.NA or value != value)  # noqa: PLR0124  (NaN)
