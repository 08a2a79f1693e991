"""Whether a metric rises or falls along a factor: rank correlations, other things being equal."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from reports.layout.design import Design
from reports.layout.factors import Factor
from reports.stats.estimates import RESAMPLES, SEED, Difference, Floats, percentiles

PERMUTATIONS = 9999
"""Random orders of the levels that a rank correlation is compared with."""

Series = tuple[Floats, Floats]
"""Levels ``[k]`` of a factor and the values ``[k]`` at these, of one seed and all else equal."""


def series_along(
    design: Design, factor: Factor, values: "Mapping[str, pd.Series[float]]"
) -> list[Series]:
    """Return the values along a factor: a series for each seed and setting of all other factors.

    Args:
        design: the variants.
        factor: a factor of the design whose levels are numbers.
        values: of a metric, by seed, of each variant. Series with fewer than two are left out.
    """
    rows, series = design.grid.rows, []
    for within in design.contexts([factor]):
        for seed, part in rows[within].groupby("seed"):
            levels = design.codes.loc[part.index, factor.key].to_numpy(dtype=float)
            group_values = [values[group].get(seed, np.nan) for group in part["group"]]
            finite = np.isfinite(np.array(group_values, dtype=float))
            if finite.sum() > 1:
                series.append((levels[finite], np.array(group_values, dtype=float)[finite]))
    return series


def rank_trend(series: Sequence[Series]) -> Difference:
    """Return the mean of the series' rank correlations (Spearman), in [-1, 1].

    Its interval is the percentile bootstrap's over series. Its p-value is that of a permutation
    test: how often the mean is as far from 0 where each series' values are put in a random order.
    That stays honest for short series, whose correlation has few possible values, where a t-test
    would take agreement for certainty.

    Args:
        series: levels and values of each; one whose values are all equal has correlation 0.

    Returns:
        The mean correlation; ``n`` is the number of series.
    """
    if not series:
        return Difference(np.nan, np.nan, np.nan, 0, np.nan)
    rng = np.random.default_rng(SEED)
    correlations, by_chance = [], np.zeros(PERMUTATIONS)
    for levels, values in series:
        along, of = _standardised_ranks(levels), _standardised_ranks(values)
        correlations.append(float(along @ of))
        by_chance += rng.permuted(np.tile(of, (PERMUTATIONS, 1)), axis=1) @ along
    mean = float(np.mean(correlations))
    # Sums of the same terms in another order differ in their last digits.
    as_far = np.abs(by_chance / len(series)) > abs(mean) - 1e-9
    p = (1 + int(as_far.sum())) / (1 + PERMUTATIONS)
    low = high = np.nan
    if len(series) > 1:
        draws = rng.integers(0, len(series), (RESAMPLES, len(series)))
        low, high = percentiles(np.array(correlations)[draws].mean(axis=1))
    return Difference(mean, low, high, len(series), p)


def rank_correlation(one: ArrayLike, other: ArrayLike) -> float:
    """Return Spearman's rank correlation of two ``[n]``; 0 where either is constant.

    ``scipy.stats.spearmanr`` warns of constant values and returns NaN.
    """
    return float(_standardised_ranks(one) @ _standardised_ranks(other))


def _standardised_ranks(values: ArrayLike) -> Floats:
    """Return ranks with mean 0 and length 1; zeros where all are equal."""
    ranks = stats.rankdata(np.asarray(values, dtype=float))
    centred = ranks - ranks.mean()
    length = float(np.linalg.norm(centred))
    return np.asarray(centred / length if length else centred)
