"""Ranks of a board's entries with intervals, improvability, and performance profiles.

Scores of one dataset are an array ``[E, S]``, as in :mod:`reports.stats.wins`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from reports.stats.draws import drawn_moments, floored, moments
from reports.stats.estimates import ALPHA, LEAST_SEEDS, LEVEL, SEED, Estimate, Floats, holm
from reports.stats.wins import mean_over_datasets


def rank_intervals(scores: Floats) -> list[Estimate]:
    """Return the rank of each entry's mean score on a dataset, with a 95 % interval.

    The interval leaves out the ranks that comparisons exclude (Mogstad et al., 2024, "Inference for
    ranks"; Al Mohamad et al., 2022): an entry's best rank is one more than the number of entries
    shown to be better, its worst the number of all less those shown to be worse, by Welch's tests
    against all others, adjusted by Holm's method. It covers the rank in at least 95 % of cases,
    in more where entries are alike; a bootstrap of ranks does not where means are nearly equal.
    An entry with fewer than three trials shows nothing.

    Args:
        scores: ``[E, S]``. A diverged trial counts as one range of the scores below the lowest.

    Returns:
        One rank an entry: 1 is best, ties share the mean of their ranks, NaN if it has no trial;
        ``n`` is its number of trials.
    """
    table = floored(np.asarray(scores, dtype=float))
    mean, _, n = moments(table)
    there = np.flatnonzero(n > 0)
    rank = np.full(len(table), np.nan)
    rank[there] = stats.rankdata(-mean[there])
    estimates = [Estimate(np.nan, np.nan, np.nan, 0)] * len(table)
    p, enough = welch(table), n >= LEAST_SEEDS
    for entry in there:
        rivals = there[there != entry]
        tested = np.where(enough[rivals] & enough[entry], p[entry, rivals], np.nan)
        shown = holm(list(tested)) < ALPHA
        best = 1 + int((shown & (mean[rivals] > mean[entry])).sum())
        worst = len(there) - int((shown & (mean[rivals] < mean[entry])).sum())
        estimates[entry] = Estimate(float(rank[entry]), float(best), float(worst), int(n[entry]))
    return estimates


def welch(table: Floats) -> Floats:
    """Return two-sided p-values of Welch's tests between any two entries ``[E, E]``.

    NaN where either has fewer than two trials; 1, or 0, where neither varies and their means are
    equal, or not.
    """
    mean, deviation, n = moments(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = deviation**2 / n
        both = error[:, None] + error
        parts = error**2 / (n - 1)
        freedom = both**2 / (parts[:, None] + parts)
        gap = np.abs(mean[:, None] - mean)
        p = 2 * stats.t.sf(gap / np.sqrt(both), freedom)
    p = np.where(both == 0, (gap == 0).astype(float), p)
    p[n < 2, :] = p[:, n < 2] = np.nan
    return np.asarray(p, dtype=float)


def improvability(by_dataset: Mapping[str, Floats], perfect: float = np.inf) -> list[Estimate]:
    """Return by what part of its error each entry falls short of the best one, in [0, 1].

    On each dataset ``1 - error of the best / own error``, of mean scores, averaged over datasets
    (Erickson et al., 2025). An error is what a mean score lacks to ``perfect``.

    Args:
        by_dataset: scores ``[E, S]`` by dataset.
        perfect: the best score that there can be, turned so that more is better; where it is
            infinite, the error is what an entry lacks to the best one, as a part of what the worst
            one lacks.

    Returns:
        One an entry, 0 for the best; ``n`` is the number of datasets on which it has trials. The
        interval is of fiducial draws of the means, each dataset's ends averaged: a mean of maxima
        is biased, and square-and-add would leave out the truth. It is about these datasets.
    """
    rng = np.random.default_rng(SEED)
    values, lows, highs = [], [], []
    for scores in by_dataset.values():
        table = floored(np.asarray(scores, dtype=float))
        mean, deviation, n = moments(table)
        varying = deviation[(n > 1) & (deviation > 0)]
        # Scores that are all at a bound do not tell their spread: it is thought to be the others'.
        unseen = np.where(deviation > 0, 0.0, (varying**2).mean() if len(varying) else 0.0)
        drawn = drawn_moments(table, rng, unseen[:, None])[0]
        values.append(_shortfall(mean[None], perfect)[0])
        parts = _shortfall(np.minimum(drawn, perfect), perfect)
        low, high = np.quantile(parts, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        lows.append(low)
        highs.append(high)
    ends = (mean_over_datasets(each) for each in (values, lows, highs))
    count = np.isfinite(values).sum(axis=0)
    return [
        Estimate(float(value), float(min(value, low)), float(max(value, high)), int(n))
        for value, low, high, n in zip(*ends, count, strict=True)
    ]


def _shortfall(means: Floats, perfect: float) -> Floats:
    """Return the improvability of means ``[R, E]``."""
    best = np.nanmax(means, axis=1, keepdims=True)
    if np.isfinite(perfect):
        error, least = perfect - means, perfect - best
        with np.errstate(divide="ignore", invalid="ignore"):
            part = 1 - least / error
    else:
        spread = best - np.nanmin(means, axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = (best - means) / spread
    return np.where(means == best, 0.0, part)


def performance_profile(by_dataset: Mapping[str, Floats], taus: Floats | Sequence[float]) -> Floats:
    """Return the share of each entry's runs that score more than each ``tau`` ``[E, T]``.

    After Agarwal et al., 2021, each dataset weighing the same; NaN for an entry without trials.

    Args:
        by_dataset: scores ``[E, S]`` by dataset, more being better.
        taus: thresholds ``[T]``, turned likewise.
    """
    shares = []
    for table in by_dataset.values():
        known = ~np.isnan(table)
        above = (table[:, :, None] > np.asarray(taus, dtype=float)) & known[:, :, None]
        with np.errstate(invalid="ignore"):
            shares.append(above.sum(axis=1) / known.sum(axis=1)[:, None])
    return mean_over_datasets(shares)
