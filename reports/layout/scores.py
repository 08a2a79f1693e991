"""Every metric of every group: the numbers from which a comparison of methods is made."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from harness.results import Results
from reports.layout.grid import Grid, lay_out
from reports.layout.outcome import Outcome, outcomes_of
from reports.stats.estimates import Difference, Estimate, holm, mean_interval, paired_difference

BASELINE = "vae"
"""The method that others are compared with, where it is among them."""


@dataclass(frozen=True)
class Scores:
    """One metric of all groups.

    Attributes:
        outcome: the metric.
        values: final values by seed, of each group; empty where there are none.
    """

    outcome: Outcome
    values: dict[str, "pd.Series[float]"]

    def mean(self, group: str) -> Estimate:
        """Return the mean of a group with Student's interval."""
        return mean_interval(self.values[group])

    def difference(self, a: str, b: str) -> Difference:
        """Return ``a - b`` paired by seed: trials with one seed see the same data."""
        return paired_difference((self.values[a] - self.values[b]).dropna())

    @property
    def best(self) -> str | None:
        """The group with the best mean; None if the metric has no direction or no values."""
        measured_groups = [group for group, values in self.values.items() if len(values)]
        if not self.outcome.directed or not measured_groups:
            return None
        return max(measured_groups, key=lambda group: self.outcome.sign * self.mean(group).value)


def all_scores(results: Results, *, axis: bool = True) -> list[Scores]:
    """Return the scores of every metric that any trial has, in the sweep's order.

    Args:
        results: the trials.
        axis: whether one factor lies along an axis, so that groups leave it out.
    """
    return [
        Scores(outcome, _by_group(lay_out(results, outcome, axis=axis)))
        for outcome in outcomes_of(results)
    ]


def _by_group(grid: Grid) -> dict[str, "pd.Series[float]"]:
    valued = grid.rows[grid.rows["value"].notna()]
    values_by_group = {group: pd.Series(dtype=float) for group in grid.groups}
    for group, rows in valued.groupby("group", sort=False):
        values = pd.Series(rows["value"].to_numpy(), index=rows["seed"].to_numpy())
        values_by_group[str(group)] = values[~values.index.duplicated()]
    return values_by_group


def baseline(groups: Sequence[str]) -> str:
    """Return the group that the others are compared with: the VAE, else the first."""
    return BASELINE if BASELINE in groups else groups[0]


def against(
    scores: Sequence[Scores], other: str
) -> dict[tuple[str, str], tuple[Difference, float]]:
    """Return the difference of each group to another in each metric, with Holm's p over all."""
    pairs = [
        (score.outcome.name, group, score.difference(group, other))
        for score in scores
        for group in score.values
        if group != other
    ]
    adjusted = holm([difference.p for _, _, difference in pairs])
    return {
        (name, group): (difference, float(p))
        for (name, group, difference), p in zip(pairs, adjusted, strict=True)
    }
