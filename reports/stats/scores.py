"""Mean and interquartile mean of a few scores, with 95 % intervals that hold at a bound too."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from reports.stats.estimates import Estimate, iqm_interval, mean_interval

Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-np.inf, np.inf)


def iqm(values: ArrayLike) -> float:
    """Return the interquartile mean of ``values`` ``[n]``: without lowest and highest quarter.

    Of n values the ``floor(n / 4)`` lowest and highest are left out. NaN if there are none.
    """
    sample = np.asarray(values, dtype=float)
    return float(stats.trim_mean(sample, 0.25)) if len(sample) else np.nan


def mean_score_interval(values: ArrayLike, bounds: Bounds | None = None) -> Estimate:
    """Return the mean of scores ``[n]`` with a 95 % interval within ``bounds``."""
    low, high = bounds or UNBOUNDED
    found = mean_interval(values)
    return Estimate(
        found.value, float(np.maximum(found.low, low)), float(np.minimum(found.high, high)), found.n
    )


def iqm_score_interval(values: ArrayLike, bounds: Bounds | None = None) -> Estimate:
    """Return the interquartile mean of scores ``[n]`` with a 95 % interval within ``bounds``."""
    low, high = bounds or UNBOUNDED
    found = iqm_interval(values)
    return Estimate(
        found.value, float(np.maximum(found.low, low)), float(np.minimum(found.high, high)), found.n
    )
