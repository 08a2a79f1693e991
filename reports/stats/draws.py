"""Random draws of what a board's scores could truly be like, given the few seeds there are.

A percentile bootstrap of five seeds is too sure of itself, and shrinks to a point where an entry
always wins. So each entry's mean and spread are drawn from the fiducial distribution of a normal
sample (generalized pivotal quantities; Weerahandi and Johnson, 1992), which for one entry's mean
gives Student's interval.

Scores of one dataset are an array ``[E, S]``, as in :mod:`reports.stats.wins`.
"""

import numpy as np
from scipy import stats

from reports.stats.estimates import Floats

DRAWS = 1000


def normal_scores(table: Floats) -> Floats:
    """Return the normal scores ``[E, S]`` of all values' ranks; NaN stays, ``-inf`` is the worst.

    How often one entry beats another depends on ranks alone, so skewness does not matter.
    """
    ranks = stats.rankdata(table, axis=None, nan_policy="omit").reshape(table.shape)
    n = int((~np.isnan(table)).sum())
    scores: Floats = stats.norm.ppf((ranks - 0.5) / n)
    return scores


def floored(table: Floats) -> Floats:
    """Return scores in which a diverged trial has a number: one range below the lowest."""
    finite = table[np.isfinite(table)]
    if not len(finite):
        return np.where(np.isneginf(table), 0.0, table)
    return np.where(np.isneginf(table), 2 * finite.min() - finite.max(), table)


def moments(table: Floats) -> tuple[Floats, Floats, np.ndarray]:
    """Return mean, standard deviation and number of each entry's values ``[E]``.

    An entry with a single value has the deviation of the others, pooled; it is 0 if there is none.
    """
    known = ~np.isnan(table)
    n = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, table, 0).sum(axis=1) / n
        squares = np.where(known, (table - mean[:, None]) ** 2, 0).sum(axis=1)
        deviation = np.sqrt(squares / (n - 1))
    freedom = (n[n > 1] - 1).sum()
    pooled = np.sqrt(squares[n > 1].sum() / freedom) if freedom else 0.0
    return mean, np.where(n == 1, pooled, deviation), n


def drawn_moments(
    table: Floats, rng: np.random.Generator, rounds: int = DRAWS
) -> tuple[Floats, Floats]:
    """Return draws of the mean and the standard deviation of each entry ``[R, E]``."""
    mean, deviation, n = moments(table)
    chi2 = rng.chisquare(np.maximum(n - 1, 1), (rounds, len(n)))
    spread = deviation * np.sqrt(np.maximum(n - 1, 1) / chi2)
    shift = rng.standard_normal((rounds, len(n))) / np.sqrt(np.maximum(n, 1))
    return mean + shift * spread, spread


def drawn_wins(table: Floats, rng: np.random.Generator, rounds: int = DRAWS) -> Floats:
    """Return draws of P(row beats column) ``[R, E, E]``; NaN where either has no trial."""
    mean, spread = drawn_moments(normal_scores(table), rng, rounds)
    gap = mean[:, :, None] - mean[:, None, :]
    width = np.sqrt(spread[:, :, None] ** 2 + spread[:, None, :] ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(gap == 0, 0.0, gap / width)
    wins: Floats = stats.norm.cdf(z)
    return wins
