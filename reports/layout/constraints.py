"""Bounds on metrics: what a search had to meet, and what each variant of an ablation meets."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from harness.results import Results
from reports.layout.grid import lay_out
from reports.layout.outcome import Outcome, metric_of
from reports.page.text import name_of
from reports.stats.estimates import LEVEL, Difference, Estimate, mean_interval, paired_difference

State = Literal["met", "broken", "not shown"]

_TEXT = re.compile(r"\s*([\w.]+)\s*(<=|>=)\s*([\w.+-]+?)(?:\s+[+-]\s*([\w.+-]+))?\s*")


@dataclass(frozen=True)
class Constraint:
    """A bound that is to be kept: ``metric <= bound`` or ``metric >= bound``.

    Attributes:
        metric: what is bounded.
        sense: ``<=`` or ``>=``.
        bound: the number; NaN where it is a hyperparameter's value.
        key: that hyperparameter; empty for a number.
        tolerance: how far beyond the bound still counts as kept.
    """

    metric: Outcome
    sense: str
    bound: float
    key: str = ""
    tolerance: float = 0.0

    @property
    def told(self) -> str:
        """The bound in words: ``MSE ≤ 0.05``, ``I_T′ ≤ ε + 0.02``."""
        bound = name_of(self.key) if self.key else f"{self.bound:g}"
        tolerance = f" {'+' if self.sense == '<=' else '−'} {self.tolerance:g}"
        sign = "≤" if self.sense == "<=" else "≥"
        return f"{self.metric.label} {sign} {bound}{tolerance if self.tolerance else ''}"

    @property
    def outward(self) -> int:
        """1 if values above the bound break it, -1 if values below do."""
        return 1 if self.sense == "<=" else -1


@dataclass(frozen=True)
class Kept:
    """How one group keeps a constraint.

    Attributes:
        mean: mean of the metric over seeds.
        slack: mean distance from what is still tolerated; positive where the constraint is kept.
        kept: number of seeds that keep it, of ``mean.n``.
        bound: the bound; NaN where the group lacks the hyperparameter or its seeds differ in it.
    """

    mean: Estimate
    slack: Difference
    kept: int
    bound: float

    @property
    def state(self) -> State:
        """Whether the interval of the mean lies on one side of what is tolerated, and on which."""
        if self.slack.n < 2 or not self.slack.p < 1 - LEVEL:
            return "not shown"
        return "met" if self.slack.value > 0 else "broken"


def read_constraint(sweep: Mapping[str, Any], text: str) -> Constraint:
    """Read a constraint as a sweep keeps it: ``"i_t_prime <= method.epsilon + 0.02"``.

    Raises:
        ValueError: the text is no constraint.
    """
    found = _TEXT.fullmatch(text)
    if not found:
        raise ValueError(f"constraint {text!r}")
    name, sense, bound, tolerance = found.groups()
    key = bound if re.fullmatch(r"[a-z]\w*\.\w+", bound) else ""
    number = math.nan if key else float(bound)
    return Constraint(metric_of(sweep, name), sense, number, key, float(tolerance or 0))


def constraints_of(results: Results) -> list[Constraint]:
    """Return the constraints that a sweep declares for its variants."""
    return [read_constraint(results.sweep, text) for text in results.sweep.get("constraints") or []]


def check(constraint: Constraint, results: Results) -> dict[str, Kept]:
    """Return how every variant keeps a constraint, by group; a trial without a value counts not."""
    grid = lay_out(results, constraint.metric, axis=False)
    bounds = _bounds(constraint, results).reindex(grid.rows["trial_id"]).to_numpy()
    outward = constraint.outward
    slack = bounds + outward * constraint.tolerance - grid.rows["value"].to_numpy()
    rows = grid.rows.assign(bound=bounds, slack=outward * slack)
    found = {}
    for group, of in rows.groupby("group", sort=False):
        valued = of[of["slack"].notna()]
        found[str(group)] = Kept(
            mean_interval(valued["value"]),
            paired_difference(valued["slack"]),
            int((valued["slack"] >= 0).sum()),
            float(valued["bound"].iloc[0]) if valued["bound"].nunique() == 1 else math.nan,
        )
    return found


def _bounds(constraint: Constraint, results: Results) -> "pd.Series[float]":
    trials = results.trials
    column = f"param.{constraint.key}"
    if not constraint.key:
        bounds = np.full(len(trials), constraint.bound)
    elif column in trials:
        bounds = pd.to_numeric(trials[column], errors="coerce").to_numpy(
            dtype=float, na_value=np.nan
        )
    else:
        bounds = np.full(len(trials), np.nan)
    return pd.Series(bounds, index=trials["trial_id"].astype(str).to_numpy())
