"""Every metric of every group: the numbers from which a comparison of methods is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from harness.results import Results
from reports.layout.board.board import REFERENCES
from reports.layout.grid import Grid, lay_out
from reports.layout.outcome import Outcome, outcomes_of
from reports.layout.profiles import profiles
from reports.page.text import of_trial
from reports.stats.estimates import Difference, Estimate, mean_interval, paired_difference

BASELINE = "vae"
"""The method that others are compared with, where it is among them."""


@dataclass(frozen=True)
class Scores:
    """One metric of all groups.

    Attributes:
        outcome: the metric.
        values: final values by seed, of each group; empty where there are none.
        trials: the ids of their trials, likewise.
    """

    outcome: Outcome
    values: dict[str, "pd.Series[float]"]
    trials: Mapping[str, Mapping[float, str]] = field(default_factory=dict)

    @property
    def ranked(self) -> list[str]:
        """The groups that are compared: references show a metric's ceiling and chance alone."""
        return [group for group in self.values if not is_reference(group)]

    def tooltips(self, group: str) -> list[str]:
        """Return what the marks of a group's seeds say."""
        known = self.trials.get(group, {})
        return [
            of_trial(known.get(seed, "–"), seed, value)
            for seed, value in zip(self.values[group].index, self.values[group], strict=True)
        ]

    def mean(self, group: str) -> Estimate:
        """Return the mean of a group with Student's interval."""
        return mean_interval(self.values[group])

    def difference(self, a: str, b: str) -> Difference:
        """Return ``a - b`` paired by seed: trials with one seed see the same data."""
        return paired_difference((self.values[a] - self.values[b]).dropna())

    @property
    def best(self) -> str | None:
        """The ranked group with the best mean; None without a direction or without values."""
        measured_groups = [group for group in self.ranked if len(self.values[group])]
        if not self.outcome.directed or not measured_groups:
            return None
        return max(measured_groups, key=lambda group: self.outcome.sign * self.mean(group).value)


def is_reference(group: str) -> bool:
    """Say whether a group is of a method that shows a metric's ceiling or chance."""
    return group.partition(",")[0] in REFERENCES


def all_scores(results: Results, *, axis: bool = True) -> list[Scores]:
    """Return the scores of every metric that any trial has, in the sweep's order.

    Args:
        results: the trials.
        axis: whether one factor lies along an axis, so that groups leave it out. Each group is then
            scored at its best level of that axis, in the sweep's outcome, in every metric.
    """
    levels = _best_levels(lay_out(results, axis=axis))
    grids = [lay_out(results, outcome, axis=axis) for outcome in outcomes_of(results)]
    return [Scores(grid.outcome, _by_group(grid, levels), _trials(grid, levels)) for grid in grids]


def score_of(grid: Grid) -> Scores:
    """Return the scores of a grid's own outcome."""
    return Scores(grid.outcome, _by_group(grid, _best_levels(grid)))


def _best_levels(grid: Grid) -> dict[str, float]:
    """Return the level of each group's best cell; of a group without a stable one, the fullest."""
    return {
        group: profile.best.level
        if profile.best
        else max(profile.cells, key=lambda cell: len(cell.values)).level
        for group, profile in profiles(grid).items()
    }


def _by_group(grid: Grid, levels: dict[str, float]) -> dict[str, "pd.Series[float]"]:
    values = {}
    for group in grid.groups:
        rows = grid.cell(group, levels[group]).dropna(subset="value")
        of = pd.Series(rows["value"].to_numpy(dtype=float), index=rows["seed"].to_numpy())
        values[group] = of[~of.index.duplicated()]
    return values


def _trials(grid: Grid, levels: dict[str, float]) -> dict[str, dict[float, str]]:
    rows = {group: grid.cell(group, levels[group]) for group in grid.groups}
    return {
        group: dict(zip(found["seed"], found["trial_id"], strict=True))
        for group, found in rows.items()
    }


def baseline(groups: Sequence[str]) -> str:
    """Return the group that the others are compared with: the VAE, else the first method."""
    if BASELINE in groups:
        return BASELINE
    return next((group for group in groups if not is_reference(group)), groups[0])
