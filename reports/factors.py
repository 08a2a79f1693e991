"""The factors that a sweep varies: their levels in order, and where these lie on an axis."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harness.results import Results
from reports.grid import Grid
from reports.statistics import Floats
from reports.text import level_label, name_of

FAR_APART = 10.0
"""From this ratio on two positive levels lie on a logarithmic axis; of more, their gaps decide."""


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
        """Whether the levels are geometric, so that their logarithms are spaced more evenly."""
        if not self.numeric or min(self.levels) <= 0:
            return False
        levels = np.array(self.levels, dtype=float)
        if len(levels) == 2:
            return bool(levels[1] / levels[0] >= FAR_APART)
        gaps, ratios = np.diff(levels), np.diff(np.log(levels))
        return bool(ratios.std() / ratios.mean() < gaps.std() / gaps.mean())

    @property
    def places(self) -> Floats:
        """Where the levels lie along an axis ``[L]``: logarithms, numbers, or ranks of names."""
        if not self.numeric:
            return np.arange(len(self.levels), dtype=float)
        levels = np.array(self.levels, dtype=float)
        return np.log10(levels) if self.log else levels

    @property
    def labels(self) -> list[str]:
        """What the levels are called."""
        return [self.label(level) for level in self.levels]

    def label(self, level: Any) -> str:
        """What a level is called; ``–`` for a trial that lacks the factor."""
        if _lacking(level):
            return "–"
        if self.numeric:
            return level_label(float(level)) if self.log else f"{level:g}".replace("-", "−")
        return str(level)

    def code(self, value: Any) -> int:
        """Return the place of a value among the levels; -1 for none of them."""
        return -1 if _lacking(value) else self.levels.index(_plain(value))


def factors_of(grid: Grid, results: Results) -> tuple[Factor, ...]:
    """Return the factors of a grid without an axis."""
    swept = results.sweep.get("swept")
    listed = swept if isinstance(swept, dict) else {}
    return tuple(_factor(key, grid.rows[key], listed.get(key)) for key in grid.factors)


def _factor(key: str, values: "pd.Series[Any]", listed: Any) -> Factor:
    found = list(dict.fromkeys(_plain(value) for value in values if not _lacking(value)))
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in found):
        return Factor(key, tuple(sorted(found)), numeric=True)
    told: Sequence[Any] = listed if isinstance(listed, (list, tuple)) else []
    order = [_plain(value) for value in told]
    found.sort(key=lambda value: order.index(value) if value in order else len(order))
    return Factor(key, tuple(found), numeric=False)


def _plain(value: Any) -> Any:
    """Return Python's number for NumPy's, and for a list the text that its column has."""
    if isinstance(value, np.generic):
        return value.item()
    return json.dumps(value) if isinstance(value, (list, tuple, dict)) else value


def _lacking(value: Any) -> bool:
    return bool(value is None or value is pd.NA or value != value)  # noqa: PLR0124  (NaN)
