"""Elo ratings of a board's entries, after TabArena (Erickson et al., 2025)."""

from collections.abc import Mapping

import numpy as np
from scipy.optimize import minimize

from reports.stats.contests import resampled
from reports.stats.estimates import Estimate, Floats, percentiles
from reports.stats.wins import mean_over_datasets, win_probabilities

SCALE = 400.0
"""Points by which a rating is higher if the odds to win are ten to one."""
ANCHOR = 1000.0
"""The rating of the anchor."""


def elo(by_dataset: Mapping[str, Floats], anchor: int) -> list[Estimate]:
    """Return Elo ratings with 95 % bootstrap intervals.

    Args:
        by_dataset: scores ``[E, S]`` by dataset, as in :mod:`reports.stats.contests`.
        anchor: the row of the entry that stands at 1000, without an interval of its own.

    Returns:
        One rating an entry; ``n`` is the number of datasets it is on.
    """
    tables = list(by_dataset.values())
    value = ratings([win_probabilities(table) for table in tables], anchor)
    draws = np.array(
        [
            ratings([win_probabilities(t) for t in board], anchor)
            for board in resampled(by_dataset, 200)
        ]
    )
    n = sum((~np.isnan(table)).any(axis=1).astype(int) for table in tables)
    return [
        Estimate(float(each), *percentiles(column), int(count))
        for each, column, count in zip(value, draws.T, n, strict=True)
    ]


def ratings(wins: list[Floats], anchor: int) -> Floats:
    """Return the ratings ``[E]`` of largest likelihood under the Bradley-Terry model."""
    mean = mean_over_datasets(wins)
    share = np.nan_to_num(mean)
    np.fill_diagonal(share, 0)

    def loss(log_odds: Floats) -> tuple[float, Floats]:
        gaps = log_odds[:, None] - log_odds
        expected = 1 / (1 + np.exp(-gaps))
        gradient = (share * (expected - 1)).sum(axis=1) - (share * (expected - 1)).sum(axis=0)
        return float((share * np.logaddexp(0, -gaps)).sum()) + 1e-6 * float(log_odds @ log_odds), (
            gradient + 2e-6 * log_odds
        )

    found = minimize(loss, np.zeros(len(share)), jac=True, method="L-BFGS-B").x
    points: Floats = ANCHOR + SCALE / np.log(10) * (found - found[anchor])
    return points
