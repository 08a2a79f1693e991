"""Ranks of a board's entries with intervals, improvability, and performance profiles."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from reports.stats.contests import resampled
from reports.stats.estimates import Estimate, Floats, percentiles


def means(table: Floats) -> Floats:
    """Return the mean of each entry's scores ``[E]``: ``-inf`` if any diverged, NaN for no trial."""
    known = ~np.isnan(table)
    n = known.sum(axis=1)
    total = np.where(known, table, 0).sum(axis=1)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(n > 0, total / n, np.nan)
    return mean


def ranks(table: Floats) -> Floats:
    """Return the rank of each entry's mean ``[E]``: 1 is best, ties share the mean rank."""
    return np.asarray(stats.rankdata(-means(table), nan_policy="omit"), dtype=float)


def rank_intervals(scores: Floats) -> list[Estimate]:
    """Return the rank of each entry's mean score on a dataset, with a 95 % bootstrap interval.

    Args:
        scores: ``[E, S]``, as in :mod:`reports.stats.contests`.

    Returns:
        One rank an entry: 1 is best, ties share the mean of their ranks; ``n`` is its number of
        trials.
    """
    table = np.asarray(scores, dtype=float)
    draws = np.array([ranks(board[0]) for board in resampled({"": table})])
    n = (~np.isnan(table)).sum(axis=1)
    return [
        Estimate(float(rank), *percentiles(column), int(count))
        for rank, column, count in zip(ranks(table), draws.T, n, strict=True)
    ]


def improvability(by_dataset: Mapping[str, Floats]) -> list[Estimate]:
    """Return by how much each entry's mean could be improved to the best one's, in [0, 1].

    On each dataset ``(best - own) / (best - worst)`` of the mean scores; averaged over datasets.
    """
    tables = list(by_dataset.values())
    value = _improvability(tables)
    draws = np.array([_improvability(board) for board in resampled(by_dataset)])
    n = sum((~np.isnan(table)).any(axis=1).astype(int) for table in tables)
    return [
        Estimate(float(each), *percentiles(column), int(count))
        for each, column, count in zip(value, draws.T, n, strict=True)
    ]


def _improvability(tables: Sequence[Floats]) -> Floats:
    gaps = []
    for table in tables:
        mean = means(table)
        mean[np.isneginf(mean)] = np.nan
        spread = np.nanmax(mean) - np.nanmin(mean)
        gaps.append((np.nanmax(mean) - mean) / (spread or 1.0))
    gap: Floats = np.nanmean(gaps, axis=0)
    return gap


def performance_profile(by_dataset: Mapping[str, Floats], taus: Floats) -> Floats:
    """Return the share of each entry's runs that score more than each ``tau`` ``[E, T]``.

    After Agarwal et al., 2021: runs of all datasets together, each dataset weighing the same.
    """
    shares = []
    for table in by_dataset.values():
        known = ~np.isnan(table)
        above = (table[:, :, None] > np.asarray(taus, dtype=float)) & known[:, :, None]
        with np.errstate(invalid="ignore"):
            shares.append(above.sum(axis=1) / known.sum(axis=1)[:, None])
    profile: Floats = np.nanmean(shares, axis=0)
    return profile
