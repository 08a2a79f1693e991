"""A sweep of how many labels there are: its lines, the errors along them, and what chance gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from harness.results import Results
from reports.figures.marks import Line
from reports.layout.design import Design, Marginal, design_of
from reports.layout.factors import Factor
from reports.layout.outcome import Outcome, outcomes_of

ALONG = "dataset.label_fraction"
GUESSES = {"of_mean": "mean of the labels", "of_nearest": "nearest neighbour"}
"""Endings of the metrics of guesses that no method is needed for, and what these are called."""
_FLAGS = {"True": "with", "False": "without"}
GAP = "gap"
"""Ending of the metrics of test minus training errors."""


@dataclass(frozen=True)
class Supervision:
    """One error of a sweep along a factor: a line for each setting of all others.

    Attributes:
        outcome: the error.
        along: the factor along which labels become more.
        lines: the lines.
        chance: the errors of guesses at each level, by what they are called.
    """

    outcome: Outcome
    along: Factor
    lines: Sequence[Line]
    chance: Mapping[str, Sequence[Marginal]]

    def difference(self, line: Line, other: Line, place: int) -> "pd.Series[float]":
        """Return by how much a line is above another at a level, by seed."""
        return (line.marginals[place].values - other.marginals[place].values).dropna()


def factor_along(design: Design) -> Factor | None:
    """Return the share of labelled images, else the first swept number; None without any."""
    numeric = [factor for factor in design.factors if factor.numeric]
    return next((f for f in numeric if f.key == ALONG), numeric[0] if numeric else None)


def supervised(results: Results) -> list[Supervision]:
    """Return every error that is to be drawn: those that guesses are known of, then their gaps.

    The sweep's outcome alone, where no guess is known of any. Nothing, where no number is swept.
    """
    outcomes = {outcome.name: outcome for outcome in outcomes_of(results)}
    guessed = [name for name in outcomes if any(f"{name}_{end}" in outcomes for end in GUESSES)]
    shown = guessed or [name for name, outcome in outcomes.items() if outcome.directed][:1]
    shown += [f"{name}_{GAP}" for name in shown if f"{name}_{GAP}" in outcomes]
    found = []
    for name in shown:
        design = design_of(results, outcomes[name])
        along = factor_along(design)
        if along is None:
            return []
        chance = {}
        for end, called in GUESSES.items():
            if f"{name}_{end}" in outcomes:
                chance[called] = _marginals(design_of(results, outcomes[f"{name}_{end}"]), along)
        found.append(Supervision(outcomes[name], along, _lines(design, along), chance))
    return found


def _lines(design: Design, along: Factor) -> list[Line]:
    lines = []
    for within in design.contexts([along]):
        group = str(design.grid.rows.loc[within, "group"].iloc[0])
        lines.append(Line(_called(design, group, along), _marginals(design, along, within)))
    return lines


def _marginals(
    design: Design, along: Factor, within: "pd.Series[bool] | None" = None
) -> list[Marginal]:
    return [design.marginal([along], [place], within) for place in range(len(along.levels))]


def _called(design: Design, group: str, along: Factor) -> str:
    """Name a line by the levels of all other factors: flags by their names, else by the level."""
    settings = design.settings(group)
    parts = []
    for factor in design.factors:
        label = settings[factor.key]
        if factor.key == along.key or label == "–":
            continue
        if label in _FLAGS:
            parts.append(f"{_FLAGS[label]} {factor.name}")
        else:
            parts.append(f"{factor.name} {label}" if factor.numeric else label)
    return ", ".join(parts) or "all trials"
