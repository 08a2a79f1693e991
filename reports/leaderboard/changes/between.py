"""What differs between two boards: every score that both have, better, worse or not significant."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from reports.layout.board import Board
from reports.layout.outcome import Outcome
from reports.stats.estimates import (
    LEAST_SEEDS,
    LEVEL,
    Difference,
    Estimate,
    Floats,
    holm,
    paired_difference,
    shown_sign,
)
from reports.stats.scores import mean_score_interval

Verdict = Literal["better", "worse", "not significant", "too few seeds"]
VERDICTS: tuple[Verdict, ...] = ("better", "worse", "not significant", "too few seeds")


@dataclass(frozen=True)
class Change:
    """One entry in one metric on one dataset, in two runs.

    Attributes:
        dataset: the dataset.
        entry: the entry's name, the same in both.
        outcome: the metric.
        before: its mean in the first run, with the interval that a leaderboard shows.
        after: its mean in the second.
        difference: the second less the first.
        adjusted: its p-value, adjusted for all entries on this dataset and in this metric.
        paired: whether seeds were paired, so that ``difference.n`` counts pairs.
    """

    dataset: str
    entry: str
    outcome: Outcome
    before: Estimate
    after: Estimate
    difference: Difference
    adjusted: float
    paired: bool

    @property
    def verdict(self) -> Verdict:
        """What the difference shows."""
        if self.difference.n < LEAST_SEEDS:
            return "too few seeds"
        sign = shown_sign(self.difference, self.adjusted) * self.outcome.sign
        return "better" if sign > 0 else "worse" if sign < 0 else "not significant"


@dataclass(frozen=True)
class Changes:
    """Two boards compared.

    Attributes:
        changes: what both have scores of, in the order of the first's datasets and metrics.
        only_before: what only the first has scores of: ``c_vitae on dsprites``.
        only_after: likewise of the second; metrics that only one has are named by themselves.
        endings: entries of which other numbers of trials ended well, in words.
    """

    changes: tuple[Change, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    endings: tuple[str, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many changes have a verdict."""
        return sum(change.verdict == verdict for change in self.changes)


def changes_between(before: Board, after: Board) -> Changes:
    """Compare every score that two boards have in common; references are no entries."""
    changes: list[Change] = []
    for dataset in before.datasets:
        for outcome in before.metrics:
            if dataset in after.datasets and outcome in after.metrics:
                changes += _family(before, after, dataset, outcome)
    return Changes(
        tuple(changes), *_only(before, after), endings=tuple(_other_endings(before, after))
    )


def _family(before: Board, after: Board, dataset: str, outcome: Outcome) -> list[Change]:
    tables = [board.scores(dataset, outcome) for board in (before, after)]
    names = [
        name
        for name in before.ranked
        if all(name in table.index and table.loc[name].notna().any() for table in tables)
    ]
    rows = [(_seeds(tables[0], name), _seeds(tables[1], name)) for name in names]
    compared = [_difference(*pair) for pair in rows]
    # The means of a row are of the seeds that its difference is of.
    paired = [together for _, together in compared]
    rows = [_of_both(*pair) if both else pair for pair, both in zip(rows, paired, strict=True)]
    adjusted = holm([difference.p for difference, _ in compared])
    return [
        Change(
            dataset,
            name,
            outcome,
            mean_score_interval(pair[0], outcome.bounds),
            mean_score_interval(pair[1], outcome.bounds),
            difference,
            float(p),
            together,
        )
        for name, pair, (difference, together), p in zip(
            names, rows, compared, adjusted, strict=True
        )
    ]


def _seeds(table: pd.DataFrame, name: str) -> "pd.Series[float]":
    """Return an entry's scores by seed, those that it has."""
    seeds: pd.Series[float] = table.T[name].dropna()
    return seeds


def _of_both(
    before: "pd.Series[float]", after: "pd.Series[float]"
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Return the scores of the seeds that both have."""
    shared = before.index.intersection(after.index)
    return before[shared], after[shared]


def _difference(before: "pd.Series[float]", after: "pd.Series[float]") -> tuple[Difference, bool]:
    """Return ``after - before``, paired by seed where enough seeds are the same, and whether so."""
    first, second = _of_both(before, after)
    if len(first) >= min(LEAST_SEEDS, len(before), len(after)):
        return paired_difference((second - first).to_numpy(dtype=float)), True
    return _welch(np.array(before, dtype=np.float64), np.array(after, dtype=np.float64)), False


def _welch(before: Floats, after: Floats) -> Difference:
    """Return the difference of two means with Welch's interval; ``n`` is the smaller sample."""
    n = min(len(before), len(after))
    value = float(after.mean() - before.mean())
    if n < 2:
        return Difference(value, np.nan, np.nan, n, np.nan)
    if before.var() + after.var() == 0:
        return Difference(value, value, value, n, float(value == 0))
    found = stats.ttest_ind(after, before, equal_var=False)
    ends = found.confidence_interval(LEVEL)
    return Difference(value, float(ends.low), float(ends.high), n, float(found.pvalue))


def _only(before: Board, after: Board) -> tuple[tuple[str, ...], tuple[str, ...]]:
    rows = [{(d, e) for d, e in _pairs(board)} for board in (before, after)]
    metrics = [
        {outcome.name: outcome.label for outcome in board.metrics} for board in (before, after)
    ]
    said = []
    for one, other in ((0, 1), (1, 0)):
        board = (before, after)[one]
        entries = [f"{e} on {d}" for d, e in _pairs(board) if (d, e) not in rows[other]]
        labels = [
            f"the metric {label}" for n, label in metrics[one].items() if n not in metrics[other]
        ]
        said.append((*entries, *labels))
    return said[0], said[1]


def _pairs(board: Board) -> Iterable[tuple[str, str]]:
    trials = board.trials
    found = set(zip(trials["dataset"], trials["entry"], strict=True))
    return [(d, e) for d in board.datasets for e in board.ranked if (d, e) in found]


def _other_endings(before: Board, after: Board) -> list[str]:
    shared = [pair for pair in _pairs(before) if pair in set(_pairs(after))]
    said = []
    for dataset, entry in shared:
        counts = []
        for board in (before, after):
            trials = board.trials
            rows = trials[(trials["dataset"] == dataset) & (trials["entry"] == entry)]
            counts.append((int((rows["status"] == "ok").sum()), len(rows)))
        if counts[0][1] - counts[0][0] != counts[1][1] - counts[1][0]:
            ended = " and ".join(f"{ok} of {n}" for ok, n in counts)
            said.append(f"{entry} on {dataset}: {ended} trials ended well")
    return said
