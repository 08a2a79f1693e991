"""Pairwise comparisons of groups: at their best levels, over common cells, by P(improvement).

Trials with the same level and seed see the same data in the same order, hence the pairing.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from reports.analysis.families import MOST_PAIRED, Compared, Family, Pair
from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.stats.estimates import (
    Difference,
    Estimate,
    paired_difference,
    probability_of_improvement,
)

MOST_RIVALS = 20
"""Of many groups, the best is compared with no more than so many others, the better ones first."""
NOT_COMPARED = Compared(paired_difference([]), np.nan)


@dataclass(frozen=True)
class Comparison:
    """Two groups compared; differences are ``a - b``, whichever sign is the better one.

    Attributes:
        a: label of one group.
        b: label of the other.
        at_best: difference of final values, each at its best level, paired by seed, as the page's
            family has it; empty where a group has no level at which every seed finished.
        at_common: the same at the levels where both are stable, paired by level and seed.
        levels: these common levels.
        wins: probability that a trial of ``a`` beats one of ``b`` at the same level; diverged
            trials count as worst.
    """

    a: str
    b: str
    at_best: Compared
    at_common: Difference
    levels: tuple[float, ...]
    wins: Estimate


def compare_all(
    grid: Grid, by_group: dict[str, Profile], family: Family | None
) -> list[Comparison]:
    """Compare every pair of groups; of many groups, the best with each of the others.

    Args:
        grid: the sweep.
        by_group: its groups' profiles.
        family: the comparisons of the page in the sweep's outcome; None where it has no value.
    """
    if family is None:
        return []
    return [
        compare(grid, by_group[a], by_group[b], family) for a, b in leading_pairs(grid, by_group)
    ]


def leading_pairs(grid: Grid, by_group: dict[str, Profile]) -> list[Pair]:
    """Return the pairs that are put into words, the better group of each first."""
    ranked = sorted(by_group, key=lambda g: _rank(by_group[g], grid.outcome.sign), reverse=True)
    if len(ranked) <= MOST_PAIRED:
        return list(combinations(ranked, 2))
    return [(ranked[0], rival) for rival in ranked[1 : 1 + MOST_RIVALS]]


def compare(grid: Grid, a: Profile, b: Profile, family: Family) -> Comparison:
    """Compare two groups: at each one's best level, as the family has it, and over common ones."""
    at_best = family.of(a.group, b.group) if a.best and b.best else NOT_COMPARED
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


def _outcomes(grid: Grid, group: str, level: float) -> np.ndarray:
    """Final values of the trials that ended ``ok`` or ``diverged``, the latter as ``-inf``.

    They are turned so that more is better.
    """
    cell = grid.cell(group, level)
    ended = (grid.outcome.sign * cell["value"]).where(cell["status"] != "diverged", -np.inf)
    return ended.dropna().to_numpy()


def _rank(profile: Profile, sign: int) -> float:
    return sign * float(profile.best.values.mean()) if profile.best else -np.inf
