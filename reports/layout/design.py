"""An ablation laid out by its factors: variants, the baseline, and means over the other factors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from harness.results import Results
from reports.layout.factors import Factor, factors_of
from reports.layout.grid import Grid, lay_out
from reports.layout.outcome import Outcome
from reports.stats.estimates import Estimate, mean_interval


@dataclass(frozen=True)
class Marginal:
    """The outcome at one combination of levels of a few factors, averaged over all others.

    Attributes:
        values: one mean a seed, by seed; only seeds with a value in every cell averaged.
        planned: number of trials planned.
        diverged: number of trials that diverged.
        valued: number of trials with a value.
        trials: ids of the trials with a value, by seed.
        complete: whether every planned trial has a value, so that the mean is over all cells.
    """

    values: "pd.Series[float]"
    planned: int
    diverged: int
    valued: int
    trials: Mapping[float, tuple[str, ...]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every planned trial has a value."""
        return 0 < self.planned == self.valued

    @property
    def mean(self) -> Estimate:
        """Mean over seeds with Student's interval; seeds are the independent units."""
        return mean_interval(self.values)


@dataclass(frozen=True)
class Design:
    """A sweep's variants: every combination of its factors' values that was planned.

    Attributes:
        grid: the trials; a group is a variant, and there is no axis.
        factors: what is varied.
        codes: place of each trial's value among a factor's levels, one column a factor by key; -1
            where the trial lacks the factor.
        baseline: the variant that all others are compared with; None if nothing was planned.
        unmatched: values of the baseline that the sweep names but no variant has, in words.
        mark: what ends the names of its figures; "" for the sweep's own outcome.
    """

    grid: Grid
    factors: tuple[Factor, ...]
    codes: pd.DataFrame
    baseline: str | None
    unmatched: str
    mark: str = ""

    def settings(self, variant: str) -> dict[str, str]:
        """Return the labels of a variant's levels, by factor."""
        row = self.grid.rows.loc[self.grid.rows["group"] == variant].iloc[0]
        return {factor.key: factor.label(row[factor.key]) for factor in self.factors}

    def others(self, factors: Sequence[Factor]) -> list[str]:
        """Return the keys of all factors but these."""
        return [f.key for f in self.factors if f not in factors]

    def crossed(self, factors: Sequence[Factor]) -> bool:
        """Whether these factors are fully crossed within each planned setting of the others.

        Only then do means over the other factors compare like with like.
        """
        keys = [factor.key for factor in factors]
        planned_codes = self.codes[(self.codes[keys] >= 0).all(axis=1)].drop_duplicates()
        full = np.prod([len(factor.levels) for factor in factors])
        if not self.others(factors):
            return len(planned_codes) == full
        return bool((planned_codes.groupby(self.others(factors)).size() == full).all())

    def contexts(self, factors: Sequence[Factor]) -> list[pd.Series]:
        """Return a mask of the trials for each combination of the other factors, in plan order."""
        keys = self.others(factors)
        has_levels = (self.codes[[f.key for f in factors]] >= 0).all(axis=1)
        if not keys:
            return [has_levels]
        number = self.codes.groupby(keys, sort=False).ngroup()
        return [has_levels & (number == place) for place in pd.unique(number[has_levels])]

    def marginal(
        self, factors: Sequence[Factor], levels: Sequence[int], within: "pd.Series[bool] | None"
    ) -> Marginal:
        """Return the outcome at these levels, averaged over the cells of the other factors.

        A cell in which a seed lacks a value is left out for all seeds, unless that leaves none:
        then each seed's mean is over the cells in which it has one.

        Args:
            factors: the factors that are held.
            levels: the place of each one's level.
            within: the trials to look at; None for all.
        """
        at = pd.Series(True, self.codes.index) if within is None else within
        for factor, level in zip(factors, levels, strict=True):
            at = at & (self.codes[factor.key] == level)
        rows = self.grid.rows[at]
        table = rows.pivot_table(
            index="seed", columns="group", values="value", dropna=False, observed=True
        )
        complete_cells = table.dropna(axis=1)
        means = (complete_cells if complete_cells.shape[1] else table).mean(axis=1).dropna()
        diverged = int((rows["status"] == "diverged").sum())
        valued = rows[rows["value"].notna()]
        trials: dict[float, tuple[str, ...]] = {}
        for seed, trial in zip(valued["seed"], valued["trial_id"], strict=True):
            trials[seed] = (*trials.get(seed, ()), str(trial))
        return Marginal(means, len(rows), diverged, len(valued), trials)

    def pairs(self) -> list[tuple[Factor, Factor]]:
        """Return the pairs of factors of which at least two levels each were combined."""
        factor_pairs = []
        for one, other in combinations(self.factors, 2):
            met = self.codes[[one.key, other.key]].drop_duplicates()
            met = met[(met >= 0).all(axis=1)]
            table = pd.crosstab(met[one.key], met[other.key])
            shared = table[table.sum(axis=1) > 1]
            if ((shared > 0).sum(axis=0) > 1).sum() > 1:
                factor_pairs.append((one, other))
        return factor_pairs


def design_of(results: Results, outcome: Outcome | None = None) -> Design:
    """Lay a run directory's trials out by their factors, with their outcome or another one."""
    grid = lay_out(results, outcome, axis=False)
    factors = factors_of(grid, results)
    codes = pd.DataFrame(
        {f.key: [f.code(value) for value in grid.rows[f.key]] for f in factors},
        index=grid.rows.index,
    )
    baseline_values = results.sweep.get("baseline") or {}
    baseline, unmatched = _baseline(grid, factors, codes, baseline_values)
    return Design(grid, factors, codes, baseline, unmatched, f"-{outcome.name}" if outcome else "")


def _baseline(
    grid: Grid, factors: tuple[Factor, ...], codes: pd.DataFrame, baseline_values: dict[str, Any]
) -> tuple[str | None, str]:
    """Return the first variant with the values named, or else as many of them as there are."""
    if not grid.groups:
        return None, ""
    absent = []
    at = pd.Series(True, codes.index)
    for factor in factors:
        if factor.key not in baseline_values:
            continue
        value = baseline_values[factor.key]
        has = codes[factor.key] == (factor.levels.index(value) if value in factor.levels else -2)
        if (at & has).any():
            at &= has
        else:
            absent.append(f"{factor.name} {factor.label(value)}")
    return str(grid.rows.loc[at, "group"].iloc[0]), " and ".join(absent)


def combined(factors: Sequence[Factor]) -> list[tuple[int, ...]]:
    """Return every combination of the factors' levels by place, the last varying fastest."""
    return list(product(*(range(len(factor.levels)) for factor in factors)))
