"""Bounds on metrics: what a search had to meet, and what each variant of an ablation meets."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harness.results import Results
from harness.spaces.constraints import Constraint, parse_constraint
from reports.layout.grid import lay_out
from reports.layout.outcome import Outcome, metric_of
from reports.page.text import name_of
from reports.page.verdicts import Verdict, from_sign
from reports.stats.estimates import (
    Difference,
    Estimate,
    mean_interval,
    paired_difference,
    shown_sign,
)


@dataclass(frozen=True)
class Bound:
    """A constraint of a sweep, and the metric that it bounds.

    Attributes:
        metric: what is bounded.
        constraint: the bound, which may be a hyperparameter's value, and its tolerance.
    """

    metric: Outcome
    constraint: Constraint

    @property
    def outward(self) -> int:
        """1 if values above the bound break it, -1 if values below do."""
        return self.constraint.outward

    @property
    def tolerance(self) -> float:
        """How far beyond the bound a value may be."""
        return self.constraint.tolerance

    @property
    def in_words(self) -> str:
        """The constraint in words: ``MSE ≤ 0.05``, ``I_T′ ≤ ε + 0.02``."""
        rule = self.constraint
        bound = name_of(rule.path) if rule.path else f"{rule.bound:g}"
        tolerance = f" {'+' if rule.outward > 0 else '−'} {rule.tolerance:g}"
        sign = "≤" if rule.outward > 0 else "≥"
        return f"{self.metric.label} {sign} {bound}{tolerance if rule.tolerance else ''}"


@dataclass(frozen=True)
class Compliance:
    """How far one group of trials meets a constraint.

    Attributes:
        mean: mean of the metric over seeds.
        slack: mean distance from what is still tolerated; positive where the constraint is kept.
        n_met: number of seeds that keep it, of ``mean.n``.
        bound: the bound; NaN where the group lacks the hyperparameter or its seeds differ in it.
    """

    mean: Estimate
    slack: Difference
    n_met: int
    bound: float

    @property
    def verdict(self) -> Verdict:
        """Whether the constraint holds; undecided where the mean slack is not significant."""
        return from_sign(shown_sign(self.slack, self.slack.p))


Checked = Sequence[tuple[Bound, Mapping[str, Compliance]]]
"""Every constraint of a sweep, with how each variant keeps it, by group."""


def read_constraint(sweep: Mapping[str, Any], text: str) -> Bound:
    """Read a constraint as a sweep keeps it: ``"i_t_prime <= method.epsilon + 0.02"``.

    Raises:
        UserError: the text is no constraint.
    """
    constraint = parse_constraint(text, "constraints of sweep.yaml")
    return Bound(metric_of(sweep, constraint.metric), constraint)


def constraints_of(results: Results) -> list[Bound]:
    """Return the constraints that a sweep declares for its variants."""
    return [read_constraint(results.sweep, text) for text in results.sweep.get("constraints") or []]


def check(constraint: Bound, results: Results) -> dict[str, Compliance]:
    """Return how every variant keeps a constraint, by group.

    A trial without a value of the metric is left out.
    """
    grid = lay_out(results, constraint.metric, axis=False)
    bounds = _bounds(constraint, results).reindex(grid.rows["trial_id"]).to_numpy()
    outward = constraint.outward
    slack = bounds + outward * constraint.tolerance - grid.rows["value"].to_numpy()
    rows = grid.rows.assign(bound=bounds, slack=outward * slack)
    compliance = {}
    for group, of in rows.groupby("group", sort=False):
        valued = of[of["slack"].notna()]
        compliance[str(group)] = Compliance(
            mean_interval(valued["value"]),
            paired_difference(valued["slack"]),
            int((valued["slack"] >= 0).sum()),
            float(valued["bound"].iloc[0]) if valued["bound"].nunique() == 1 else math.nan,
        )
    return compliance


def _bounds(constraint: Bound, results: Results) -> "pd.Series[float]":
    trials = results.trials
    column = f"param.{constraint.constraint.path}"
    if not constraint.constraint.path:
        bounds = np.full(len(trials), constraint.constraint.bound)
    elif column in trials:
        bounds = pd.to_numeric(trials[column], errors="coerce").to_numpy(
            dtype=float, na_value=np.nan
        )
    else:
        bounds = np.full(len(trials), np.nan)
    return pd.Series(bounds, index=trials["trial_id"].astype(str).to_numpy())
