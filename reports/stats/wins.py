"""How often an entry of a board beats another: probabilities of improvement.

Scores of one dataset are an array ``[E, S]``, entries by seeds, more being better. ``-inf`` is a
diverged trial, worse than any number and equal to another one; NaN is no trial, which counts for
nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from reports.stats.estimates import LEVEL, Floats

_HALVINGS = 40


def win_probabilities(table: Floats) -> Floats:
    """Return P(a seed of the row beats one of the column) ``[E, E]``, ties counting half.

    Args:
        table: scores ``[E, S]``.

    Returns:
        The share of all pairs of seeds; NaN where either entry has no trial.
    """
    known = ~np.isnan(table)
    a, b = table[:, None, :, None], table[None, :, None, :]
    both = known[:, None, :, None] & known[None, :, None, :]
    wins = ((a > b) + 0.5 * (a == b)) * both
    with np.errstate(invalid="ignore"):
        shares: Floats = wins.sum(axis=(2, 3)) / both.sum(axis=(2, 3))
    return shares


def mean_over_datasets(tables: Sequence[Floats]) -> Floats:
    """Return the mean of arrays of one shape, each element over those that have it; else NaN."""
    stacked = np.array(tables)
    known = ~np.isnan(stacked)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, stacked, 0).sum(axis=0) / known.sum(axis=0)
    return mean


def improvement_matrix(by_dataset: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Return P(row beats column) averaged over datasets, and the ends of its 95 % interval.

    The probability of improvement (Agarwal et al., 2021), each dataset weighing the same. Within a
    dataset the interval is Newcombe's score interval for the Mann-Whitney statistic, which is as
    honest where every seed of the one beats every seed of the other, where a bootstrap shrinks to
    [1, 1]. Intervals of datasets are combined by the square-and-add rule (Zou and Donner, 2008). It
    is about these datasets, not about others that there might be.

    Returns:
        Three arrays ``[E, E]``; NaN where two entries have no dataset in common.
    """
    tables = list(by_dataset.values())
    shares = np.array([win_probabilities(table) for table in tables])
    counts = [(~np.isnan(table)).sum(axis=1) for table in tables]
    several = len(tables) > 1
    ends = [newcombe_ends(each, n, student=several) for each, n in zip(shares, counts, strict=True)]
    value = mean_over_datasets(list(shares))
    n = (~np.isnan(shares)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        below = [(share - low) ** 2 for share, (low, _) in zip(shares, ends, strict=True)]
        above = [(high - share) ** 2 for share, (_, high) in zip(shares, ends, strict=True)]
        down, up = (np.sqrt(mean_over_datasets(squares) / n) for squares in (below, above))
    low, high = value - down, value + up
    for matrix in (low, high):
        np.fill_diagonal(matrix, np.where(np.isnan(np.diag(value)), np.nan, 0.5))
    return value, low, high


def newcombe_ends(
    share: Floats, counts: np.ndarray, *, student: bool = False
) -> tuple[Floats, Floats]:
    """Return the ends of 95 % intervals of win probabilities ``[E, E]``.

    Newcombe (2006), "Confidence intervals for an effect size measure based on the Mann-Whitney
    statistic, part 2", method 5: the score interval with Hanley's and McNeil's variance.

    Args:
        share: the observed shares.
        counts: number of seeds of each entry ``[E]``.
        student: take Student's quantile, for intervals that are to be combined: of a mean of
            several the ends no longer round up to what few seeds can show.
    """
    pairs = np.maximum(counts[:, None] * counts, 1)
    beyond_one = (counts[:, None] + counts) / 2 - 1
    level = (1 + LEVEL) / 2
    freedom = np.maximum(counts[:, None] + counts - 2, 1)
    z = stats.t.ppf(level, freedom) if student else np.float64(stats.norm.ppf(level))

    def outside(p: Floats) -> np.ndarray:
        spread = p * (1 - p) * (1 + beyond_one * ((1 - p) / (2 - p) + p / (1 + p))) / pairs
        return np.asarray((share - p) ** 2 > z**2 * spread)

    ends = []
    for far in (np.zeros_like(share), np.ones_like(share)):
        out, inside = far.copy(), share.copy()
        for _ in range(_HALVINGS):
            middle = (out + inside) / 2
            is_out = outside(middle)
            out, inside = np.where(is_out, middle, out), np.where(is_out, inside, middle)
        ends.append(inside)
    return ends[0], ends[1]
