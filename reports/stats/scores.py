"""Mean and interquartile mean of a few scores, with 95 % intervals.

They hold for skewed scores too, and where scores reach a bound. Student's interval is too short
where scores are skewed, and both it and a percentile bootstrap shrink to a point where all seeds
score 1.0. What is used instead was chosen by simulation, for 5 to 20 seeds; ``docs/measured.md``
has the coverage of each kind of score, also of those for which the intervals are longer than they
need be, or too short.
"""

from collections.abc import Callable
from functools import cache
from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from reports.stats.estimates import LEVEL, SEED, Estimate, Floats

Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-np.inf, np.inf)

LEAST_RESAMPLED = 5
"""Of fewer seeds the studentised bootstrap says nothing; Student's interval stands alone."""
_STUDENT, _STUDENTISED = 0.93, 0.945
"""Levels of the two intervals whose union covers a mean in 95 % of cases."""
_MEAN_REACH, _IQM_REACH = 3.0, 10.0
"""How far beyond the values a further one is thought to lie: in ranges, and in ranges over n²."""
_IQM_TAIL = 0.05
"""What the interquartile mean's interval leaves out at each side: half of it is never there."""
_ENUMERATED = 6
"""Up to so many seeds all resamples are taken."""
_DRAWS = 2000


def iqm(values: ArrayLike) -> float:
    """Return the interquartile mean of ``values`` ``[n]``: without lowest and highest quarter.

    Of n values the ``floor(n / 4)`` lowest and highest are left out (Agarwal et al., 2021, "Deep
    Reinforcement Learning at the Edge of the Statistical Precipice"). NaN if there are none.
    """
    sample = np.asarray(values, dtype=float)
    return float(stats.trim_mean(sample, 0.25)) if len(sample) else np.nan


def mean_score_interval(values: ArrayLike, bounds: Bounds | None = None) -> Estimate:
    """Return the mean of scores ``[n]`` with a 95 % interval; see ``mean_ends``.

    Args:
        values: finite scores.
        bounds: the least and the largest value that a score can have; None, or infinite ends,
            where there is none.
    """
    sample = np.asarray(values, dtype=float)
    if len(sample) < 2:
        return Estimate(float(sample[0]) if len(sample) else np.nan, np.nan, np.nan, len(sample))
    low, high = mean_ends(sample[None], bounds or UNBOUNDED)
    return Estimate(float(sample.mean()), float(low[0]), float(high[0]), len(sample))


def iqm_interval(values: ArrayLike, bounds: Bounds | None = None) -> Estimate:
    """Return the interquartile mean of scores ``[n]`` with a 95 % interval; see ``iqm_ends``.

    Pages of single sweeps have the percentile bootstrap's (:mod:`reports.stats.estimates`), so that
    their numbers stay those of earlier versions; that of few seeds is too short.
    """
    sample = np.asarray(values, dtype=float)
    if len(sample) < 2:
        return Estimate(iqm(sample), np.nan, np.nan, len(sample))
    low, high = iqm_ends(sample[None], bounds or UNBOUNDED)
    value = iqm(sample)
    return Estimate(value, min(value, float(low[0])), max(value, float(high[0])), len(sample))


def mean_ends(samples: Floats, bounds: Bounds = UNBOUNDED) -> tuple[Floats, Floats]:
    """Return the ends of the mean's interval of each of some samples ``[M, n]``, n ≥ 2.

    The union of Student's interval and the studentised bootstrap's (Efron, 1981; Hall, 1988), which
    follows the skewness of the sample. Where a score is at a bound the latter has no finite end;
    then it is Gaffke's (2005), see ``_dirichlet_ends``, which is Clopper's and Pearson's if all
    scores are 0 or 1. Scores that are all equal within the bounds have no spread, and an
    interval of no length.

    Returns:
        lower and upper ends ``[M]``; infinite where all scores are at the only bound there is.
    """
    n = samples.shape[1]
    mean, error = samples.mean(axis=1), samples.std(axis=1, ddof=1) / np.sqrt(n)
    level = _STUDENT if n >= LEAST_RESAMPLED else LEVEL
    half = float(stats.t.ppf((1 + level) / 2, n - 1)) * error
    low, high = mean - half, mean + half
    at_bound = (samples.min(axis=1) <= bounds[0]) | (samples.max(axis=1) >= bounds[1])
    if n >= LEAST_RESAMPLED:
        lowest, highest = _studentised_ends(samples)
        at_bound |= ~(np.isfinite(lowest) & np.isfinite(highest))
        lowest[at_bound], highest[at_bound] = np.inf, -np.inf
        low, high = np.minimum(low, lowest), np.maximum(high, highest)
    if at_bound.any():
        tail = (1 - LEVEL) / 2
        ends = _dirichlet_ends(samples[at_bound], bounds, _MEAN_REACH, tail, np.asarray)
        low[at_bound] = np.minimum(low[at_bound], ends[0])
        high[at_bound] = np.maximum(high[at_bound], ends[1])
    return np.maximum(low, bounds[0]), np.minimum(high, bounds[1])


def iqm_ends(samples: Floats, bounds: Bounds = UNBOUNDED) -> tuple[Floats, Floats]:
    """Return the ends of the interquartile mean's interval of some samples ``[M, n]``, n ≥ 2.

    What is estimated is the mean of the middle half of all scores that there could be. The interval
    is Gaffke's; see ``_dirichlet_ends``.
    """
    reach = _IQM_REACH / samples.shape[1] ** 2
    return _dirichlet_ends(samples, bounds, reach, _IQM_TAIL, _middle_half)


def _studentised_ends(samples: Floats) -> tuple[Floats, Floats]:
    """Return the ends of the studentised bootstrap's intervals ``[M]``; infinite if undefined."""
    n = samples.shape[1]
    weights, probabilities = _resamples(n)
    centred = samples - samples.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1)[:, None]
    means = centred @ weights.T
    variances = (centred**2) @ weights.T - means**2
    alike = variances <= 1e-9 * spread**2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = means / np.sqrt(np.maximum(variances, 0) / (n - 1))
    t = np.where(alike, np.copysign(np.inf, means), t)
    order = np.argsort(t, axis=1)
    below = np.cumsum(probabilities[order], axis=1)
    tail = (1 - _STUDENTISED) / 2
    lowest, highest = (
        np.take_along_axis(t, np.take_along_axis(order, (below < at).sum(axis=1)[:, None], 1), 1)
        for at in (tail, 1 - tail - 1e-12)
    )
    error = samples.std(axis=1, ddof=1) / np.sqrt(n)
    mean = samples.mean(axis=1)
    with np.errstate(invalid="ignore"):
        return mean - highest[:, 0] * error, mean - lowest[:, 0] * error


@cache
def _resamples(n: int) -> tuple[Floats, Floats]:
    """Return weights of resamples ``[R, n]`` and their probabilities ``[R]``."""
    if n > _ENUMERATED:
        drawn = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), _DRAWS)
        return drawn / n, np.full(_DRAWS, 1 / _DRAWS)
    all_counts = [
        np.bincount(places, minlength=n) for places in combinations_with_replacement(range(n), n)
    ]
    ways = [factorial(n) / prod(map(factorial, counts.tolist())) for counts in all_counts]
    return np.array(all_counts) / n, np.array(ways) / n**n


def _dirichlet_ends(
    samples: Floats, bounds: Bounds, reach: float, tail: float, weighted: Callable[[Floats], Floats]
) -> tuple[Floats, Floats]:
    """Return the ends of Gaffke's intervals of a functional ``[M]``.

    The lower end is the ``tail`` quantile of the functional over uniform (Dirichlet) weights on the
    values and one more, the least that there could be (Gaffke, 2005, "Three test statistics for a
    nonparametric one-sided hypothesis on the mean of a nonnegative variable"); the upper end alike.
    With the bounds as further values the mean's interval is valid whatever the distribution, and so
    long that it is of no use. So a further value is thought to lie ``reach`` ranges of the sample
    beyond it, or at the bound if that is nearer; and at the bound where the sample has no range but
    reaches the opposite one.
    """
    n = samples.shape[1]
    ordered = np.sort(samples, axis=1)
    least, largest = ordered[:, 0], ordered[:, -1]
    width = largest - least
    lower = np.maximum(least - reach * width, bounds[0])
    upper = np.minimum(largest + reach * width, bounds[1])
    lower[(width == 0) & (largest >= bounds[1])] = bounds[0]
    upper[(width == 0) & (least <= bounds[0])] = bounds[1]
    weights = weighted(_dirichlet(n))
    low, high = lower.copy(), upper.copy()
    for ends, beyond, turned, at in (
        (low, lower, ordered, tail),
        (high, -upper, -ordered[:, ::-1], tail),
    ):
        known = np.isfinite(beyond) & (beyond != turned[:, -1])  # all equal: no quantile needed
        values = np.column_stack([beyond, turned])[known] @ weights.T
        found = np.quantile(values, at, axis=1)
        ends[known] = found if ends is low else -found
    return low, high


@cache
def _dirichlet(n: int) -> Floats:
    """Return uniform weights on n + 1 points ``[R, n + 1]``."""
    return np.random.default_rng(SEED).dirichlet(np.ones(n + 1), _DRAWS)


def _middle_half(weights: Floats) -> Floats:
    """Return the weights ``[R, n]`` of ordered values in the mean of the middle half of all."""
    ends = np.clip(np.cumsum(weights, axis=1), 0.25, 0.75)
    middle: Floats = 2 * np.diff(ends, axis=1, prepend=0.25)
    return middle
