"""Random draws of what a board's scores could truly be like, given the few seeds there are.

A percentile bootstrap of five seeds is too sure of itself, and shrinks to a point where an entry
always wins. Means are drawn from the fiducial distribution of a normal sample (generalized pivotal
quantities; Weerahandi and Johnson, 1992), which for one mean gives Student's interval;
probabilities to win along their score intervals.

Scores of one dataset are an array ``[E, S]``, as in :mod:`reports.stats.wins`.
"""

import numpy as np
from scipy import special, stats

from reports.stats.estimates import LEVEL, Floats
from reports.stats.wins import newcombe_ends, win_probabilities

DRAWS = 1000
LEAST = 1e-4
"""The least probability to win that is drawn: 1,600 points of Elo less."""


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
    n, mean = known.sum(axis=1), mean_over_values(table)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(known, (table - mean[:, None]) ** 2, 0).sum(axis=1)
        deviation = np.sqrt(squares / (n - 1))
    freedom = (n[n > 1] - 1).sum()
    pooled = np.sqrt(squares[n > 1].sum() / freedom) if freedom else 0.0
    return mean, np.where(n == 1, pooled, deviation), n


def drawn_moments(
    table: Floats, rng: np.random.Generator, hidden: Floats | float = 0.0, rounds: int = DRAWS
) -> tuple[Floats, Floats]:
    """Return draws of the mean and the standard deviation of each entry ``[R, E]``.

    Args:
        table: values ``[E, S]``, NaN for none.
        rng: the generator.
        hidden: variance to add to each value's, ``[E, S]`` or one number.
        rounds: number of draws.
    """
    mean, deviation, n = moments(table)
    extra = mean_over_values(np.broadcast_to(hidden, table.shape))
    chi2 = rng.chisquare(np.maximum(n - 1, 1), (rounds, len(n)))
    spread = np.sqrt((deviation**2 + extra) * np.maximum(n - 1, 1) / chi2)
    shift = rng.standard_normal((rounds, len(n))) / np.sqrt(np.maximum(n, 1))
    return mean + shift * spread, spread


def drawn_wins(
    table: Floats, rng: np.random.Generator, *, student: bool, rounds: int = DRAWS
) -> Floats:
    """Return draws of P(row beats column) ``[R, E, E]``; NaN where either has no trial.

    Each entry is drawn to have had more or less luck with its seeds than is usual, which moves all
    its probabilities together, along the intervals that the page has of them, in log-odds.

    Args:
        table: scores ``[E, S]``.
        rng: the generator.
        student: as of ``newcombe_ends``; luck is then drawn wider, too, as a sample's deviation is
            too small by ``sqrt((n - 1) / n)``: without it ratings over four datasets of ten seeds
            were held in 92 %.
        rounds: number of draws.
    """
    share, n = win_probabilities(table), (~np.isnan(table)).sum(axis=1)
    low, high = (_log_odds(end) for end in newcombe_ends(share, n, student=student))
    pairs = n[:, None] * n
    middle = _log_odds((share * pairs + 0.5) / (pairs + 1))
    luck = rng.standard_normal((rounds, len(n)))
    if student:
        luck *= np.sqrt(n / np.maximum(n - 1, 1))
    more = (luck[:, :, None] - luck[:, None, :]) / np.sqrt(2) / stats.norm.ppf((1 + LEVEL) / 2)
    odds = middle + np.where(more > 0, more * (high - middle), more * (middle - low))
    wins: Floats = special.expit(odds)
    return wins


def _log_odds(p: Floats) -> Floats:
    odds: Floats = special.logit(np.clip(p, LEAST, 1 - LEAST))
    return odds


def mean_over_values(table: Floats) -> Floats:
    """Return the mean of each entry's values ``[E]``; NaN where it has none."""
    known = ~np.isnan(table)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, table, 0).sum(axis=1) / known.sum(axis=1)
    return mean
