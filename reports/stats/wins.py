"""How often an entry beats another: probability of improvement, win rates."""

from collections.abc import Mapping, Sequence

import numpy as np

from reports.stats.contests import resampled
from reports.stats.estimates import LEVEL, Floats


def win_probabilities(table: Floats) -> Floats:
    """Return P(a seed of the row beats one of the column) ``[E, E]``, ties counting half.

    Args:
        table: scores ``[E, S]``, as in :mod:`reports.stats.contests`.

    Returns:
        The probabilities over all pairs of seeds; NaN where either entry has no trial.
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
    """Return P(row beats column), averaged over datasets, and the ends of its 95 % interval.

    The probability of improvement of Agarwal et al., 2021.

    Returns:
        Three arrays ``[E, E]``; NaN where two entries have no dataset in common.
    """
    value = mean_over_datasets([win_probabilities(table) for table in by_dataset.values()])
    draws = np.array(
        [
            mean_over_datasets([win_probabilities(t) for t in board])
            for board in resampled(by_dataset)
        ]
    )
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return value, low, high
