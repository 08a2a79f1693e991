"""Pairwise comparisons of groups: at their best levels, over common cells, by P(improvement).

Trials with the same level and seed see the same data in the same order, hence the pairing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from reports.layout.grid import Grid
from reports.layout.profiles import Cell, Profile
from reports.stats.estimates import (
    Difference,
    Estimate,
    holm,
    paired_difference,
    probability_of_improvement,
)

MOST_PAIRED = 4
"""With more groups than this, only the best one is compared, with each of the others."""
MOST_RIVALS = 20
"""And with no more than so many of them, the better ones first."""


@dataclass(frozen=True)
class Comparison:
    """Two groups compared; differences are ``a - b``, whichever sign is the better one.

    Attributes:
        a: label of one group.
        b: label of the other.
        at_best: difference of final values, each at its best level, paired by seed.
        at_common: the same at the levels where both are stable, paired by level and seed.
        levels: these common levels.
        wins: probability that a trial of ``a`` beats one of ``b`` at the same level; diverged
            trials count as worst.
        adjusted: p-value of ``at_best``, adjusted by Holm's method for all comparisons made.
    """

    a: str
    b: str
    at_best: Difference
    at_common: Difference
    levels: tuple[float, ...]
    wins: Estimate
    adjusted: float = np.nan


def compare_all(grid: Grid, group_profiles: dict[str, Profile]) -> list[Comparison]:
    """Compare every pair of groups; of many groups, the best with each of the others."""
    ranked = sorted(
        group_profiles.values(), key=lambda p: _rank(p, grid.outcome.sign), reverse=True
    )
    if len(ranked) <= MOST_PAIRED:
        pairs = list(combinations(ranked, 2))
    else:
        pairs = [(ranked[0], rival) for rival in ranked[1 : 1 + MOST_RIVALS]]
    return adjust([compare(grid, a, b) for a, b in pairs])


def adjust(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons with Holm's adjusted p-values."""
    adjusted = holm([c.at_best.p for c in comparisons])
    return [replace(c, adjusted=float(p)) for c, p in zip(comparisons, adjusted, strict=True)]


def compare(grid: Grid, a: Profile, b: Profile) -> Comparison:
    """Compare two groups; the p-value is yet to be adjusted."""
    at_best = _difference(a.best, b.best) if a.best and b.best else paired_difference([])
    stable_b = {cell.level: cell for cell in b.cells if cell.stable}
    common = [
        (cell, stable_b[cell.level]) for cell in a.cells if cell.stable and cell.level in stable_b
    ]
    gaps = [(one.values - other.values).dropna().to_numpy() for one, other in common]
    strata = np.repeat(np.arange(len(gaps)), [len(gap) for gap in gaps])
    at_common = paired_difference(np.concatenate([*gaps, []]), strata)
    shared = set(grid.levels_of(b.group))
    outcomes = [
        (_outcomes(grid, a.group, level), _outcomes(grid, b.group, level))
        for level in grid.levels_of(a.group)
        if level in shared
    ]
    levels = tuple(one.level for one, _ in common)
    wins = probability_of_improvement(outcomes)
    return Comparison(a.group, b.group, at_best, at_common, levels, wins)


def _difference(a: Cell, b: Cell) -> Difference:
    return paired_difference((a.values - b.values).dropna())


def _outcomes(grid: Grid, group: str, level: float) -> np.ndarray:
    """Final values of the trials that ended ``ok`` or ``diverged``, the latter as ``-inf``.

    They are turned so that more is better.
    """
    cell = grid.cell(group, level)
    ended = (grid.outcome.sign * cell["value"]).where(cell["status"] != "diverged", -np.inf)
    return ended.dropna().to_numpy()


def _rank(profile: Profile, sign: int) -> float:
    return sign * float(profile.best.values.mean()) if profile.best else -np.inf
