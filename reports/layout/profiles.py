"""Summaries of a grid's cells and groups: divergence, the best level, the largest stable one."""

from collections import Counter
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import pandas as pd

from reports.layout.grid import STATUSES, Grid
from reports.page.text import level_label
from reports.stats.estimates import Estimate, iqm_interval, mean_interval, proportion_interval


@dataclass(frozen=True)
class Cell:
    """The trials of one group at one level.

    Attributes:
        group: label of the group.
        level: level of the axis.
        counts: number of trials by status, and ``planned``.
        values: finite final values, by seed.
    """

    group: str
    level: float
    counts: dict[str, int]
    values: "pd.Series[float]"

    @property
    def stable(self) -> bool:
        """Whether every planned trial ended ``ok`` with a finite value."""
        return 0 < self.counts["planned"] == self.counts["ok"] == len(self.values)

    @property
    def ended(self) -> int:
        """Number of trials that gave a value or diverged, so that their outcome is known."""
        return self.counts["diverged"] + len(self.values)

    @property
    def mean(self) -> Estimate:
        """Mean final value of the trials that did not diverge, with its t-interval."""
        return mean_interval(self.values)

    @property
    def iqm(self) -> Estimate:
        """Interquartile mean of the same, with its bootstrap interval."""
        return iqm_interval(self.values)

    @property
    def spread(self) -> float:
        """Standard deviation over seeds (n - 1 in the denominator); NaN below two seeds."""
        return float(self.values.std(ddof=1)) if len(self.values) > 1 else np.nan


@dataclass(frozen=True)
class Profile:
    """One group over all levels.

    Attributes:
        group: label of the group.
        cells: one a level at which anything was planned, ascending.
        diverged: number of diverged trials over those that ended ``ok`` or ``diverged``.
        limit: the largest level up to which every trial of every level ended with a finite value;
            None if there is none.
        breaks: the first cell beyond the limit; None if the limit is the largest level.
        best: the stable cell with the best mean; None if no cell is stable.
    """

    group: str
    cells: tuple[Cell, ...]
    diverged: Estimate
    limit: float | None
    breaks: Cell | None
    best: Cell | None

    @property
    def limit_label(self) -> str:
        """The limit in words; ``≥`` where nothing diverged at the next level, or there is none."""
        diverges_beyond = self.breaks is not None and self.breaks.counts["diverged"] > 0
        if self.limit is None:
            return "none" if diverges_beyond else "not known"
        return ("" if diverges_beyond else "≥ ") + level_label(self.limit)


def profiles(grid: Grid) -> dict[str, Profile]:
    """Return each group's profile, in the grid's order."""
    return {group: _profile(grid, group) for group in grid.groups}


def _profile(grid: Grid, group: str) -> Profile:
    cells = tuple(_cell(grid, group, level) for level in grid.levels_of(group))
    diverged = sum(cell.counts["diverged"] for cell in cells)
    ended = sum(cell.ended for cell in cells)
    reached = list(takewhile(lambda cell: cell.stable, cells))
    limit = reached[-1].level if reached else None
    breaks = cells[len(reached)] if len(reached) < len(cells) else None
    stable = [cell for cell in cells if cell.stable]
    sign = grid.outcome.sign
    best = max(stable, key=lambda cell: sign * float(cell.values.mean()), default=None)
    return Profile(group, cells, proportion_interval(diverged, ended), limit, breaks, best)


def _cell(grid: Grid, group: str, level: float) -> Cell:
    rows = grid.cell(group, level)
    status_counts = Counter(rows["status"])
    counts = {"planned": len(rows)} | {status: status_counts[status] for status in STATUSES}
    value, seed = rows["value"].to_numpy(), rows["seed"].to_numpy()
    finite = np.isfinite(value)
    values = pd.Series(value[finite], index=seed[finite])
    return Cell(group, level, counts, values[~values.index.duplicated()])
