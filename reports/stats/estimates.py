"""Estimates with 95 % intervals, paired comparisons, and the correction for several of them.

The bootstrap draws from a generator with a fixed seed: the same results give the same report.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
"""Confidence level of every interval."""
ALPHA = round(1 - LEVEL, 10)
"""A difference is shown where its p-value is below."""
LEAST_SEEDS = 3
"""With fewer seeds nothing is shown."""
RESAMPLES = 2000
"""Bootstrap resamples."""
SEED = 0
"""Seed of the bootstrap's generator."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval (NaN where n does not suffice) and its sample size."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Difference(Estimate):
    """An estimated difference with its two-sided p-value against zero."""

    p: float


def shown_sign(difference: Difference, p: float) -> int:
    """Return 1 or -1 where a difference is shown to be above or below 0, else 0.

    Args:
        difference: the estimate.
        p: its p-value, adjusted where others are tested with it.
    """
    if difference.n < LEAST_SEEDS or not p < ALPHA:
        return 0
    return int(np.sign(difference.value))


def mean_interval(values: ArrayLike) -> Estimate:
    """Return the mean of ``values`` ``[n]`` with Student's t-interval; no interval below n = 2."""
    difference = paired_difference(values)
    return Estimate(difference.value, difference.low, difference.high, difference.n)


def paired_difference(differences: ArrayLike, strata: ArrayLike | None = None) -> Difference:
    """Estimate the mean of paired differences ``[n]``, every stratum counting the same.

    The mean is that of the strata's means; its variance adds the strata's own, and the degrees of
    freedom are Welch's and Satterthwaite's. One stratum gives the ordinary paired t-test. Strata
    keep apart what differs by design (learning rates) from what varies by chance (seeds).

    Args:
        differences: paired differences ``[n]``.
        strata: label of each difference's stratum ``[n]``; None for a single one.

    Returns:
        The mean difference; interval and p-value are NaN if a stratum has fewer than two values.
    """
    values = np.asarray(differences, dtype=float)
    labels = np.zeros(len(values)) if strata is None else np.asarray(strata)
    parts = [values[labels == label] for label in np.unique(labels)]
    if not parts:
        return Difference(np.nan, np.nan, np.nan, 0, np.nan)
    mean = float(np.mean([part.mean() for part in parts]))
    if min(map(len, parts)) < 2:
        return Difference(mean, np.nan, np.nan, len(values), np.nan)
    variances = np.array([part.var(ddof=1) / len(part) for part in parts])
    error = float(np.sqrt(variances.sum())) / len(parts)
    if error == 0:
        return Difference(mean, mean, mean, len(values), float(mean == 0))
    spare = np.array([len(part) - 1 for part in parts])
    freedom = variances.sum() ** 2 / (variances**2 / spare).sum()
    half = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    p = 2 * float(stats.t.sf(abs(mean) / error, freedom))
    return Difference(mean, mean - half, mean + half, len(values), p)


def iqm_interval(values: ArrayLike) -> Estimate:
    """Return the interquartile mean of ``values`` ``[n]`` with its percentile bootstrap interval.

    The interquartile mean drops the lowest and highest quarter (Agarwal et al., 2021, "Deep
    Reinforcement Learning at the Edge of the Statistical Precipice").
    """
    sample = np.asarray(values, dtype=float)
    if not len(sample):
        return Estimate(np.nan, np.nan, np.nan, 0)
    value = float(stats.trim_mean(sample, 0.25))
    if len(sample) < 2:
        return Estimate(value, np.nan, np.nan, 1)
    ends = stats.bootstrap(  # type: ignore[call-overload]
        (sample,),
        lambda resampled, axis: stats.trim_mean(resampled, 0.25, axis=axis),
        confidence_level=LEVEL,
        n_resamples=RESAMPLES,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Estimate(value, float(ends.low), float(ends.high), len(sample))


def proportion_interval(k: int, n: int) -> Estimate:
    """Return ``k / n`` with Wilson's score interval (Wilson, 1927)."""
    if not n:
        return Estimate(np.nan, np.nan, np.nan, 0)
    bounds = stats.binomtest(k, n).proportion_ci(LEVEL, method="wilson")
    return Estimate(k / n, float(bounds.low), float(bounds.high), n)


def proportion_difference(a: Estimate, b: Estimate) -> Estimate:
    """Return the difference ``a - b`` of two proportions with Newcombe's interval.

    The interval combines the two Wilson intervals (Newcombe, 1998, method 10); it stays honest for
    a handful of trials, where the normal approximation fails. ``n`` is the smaller sample.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not (a.n and b.n):
        return Estimate(np.nan, np.nan, np.nan, 0)
    k_a, k_b = (round(share.value * share.n) for share in (a, b))
    low, high = confint_proportions_2indep(k_a, a.n, k_b, b.n, method="newcomb", alpha=1 - LEVEL)
    return Estimate(a.value - b.value, float(low), float(high), min(a.n, b.n))


def probability_of_improvement(pairs: Sequence[tuple[ArrayLike, ArrayLike]]) -> Estimate:
    """Return P(a > b), ties counting half, averaged over strata, with a bootstrap interval.

    Each stratum is resampled on its own, which scipy's ``bootstrap`` cannot do. A diverged trial
    enters as ``-inf``: worse than every number and equal to another diverged one.

    Args:
        pairs: for each stratum the values of ``a`` ``[n_a]`` and of ``b`` ``[n_b]``.

    Returns:
        The probability; ``n`` is the number of values of ``a`` and ``b`` together.
    """
    rng = np.random.default_rng(SEED)
    exact, resampled, n = [], [], 0
    for one, other in pairs:
        a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
        if not (len(a) and len(b)):
            continue
        wins = (a[:, None] > b) + 0.5 * (a[:, None] == b)
        weights_a, weights_b = (
            rng.multinomial(len(c), np.full(len(c), 1 / len(c)), RESAMPLES) / len(c) for c in (a, b)
        )
        exact.append(wins.mean())
        resampled.append(((weights_a @ wins) * weights_b).sum(axis=1))
        n += len(a) + len(b)
    if not exact:
        return Estimate(np.nan, np.nan, np.nan, 0)
    low, high = percentiles(np.mean(resampled, axis=0))
    return Estimate(float(np.mean(exact)), low, high, n)


def holm(p_values: Sequence[float]) -> Floats:
    """Return Holm's step-down adjusted p-values (Holm, 1979).

    ``p_(i) = max_{j<=i} min(1, (m - j + 1) p_(j))`` over the m sorted values. NaN, where no test
    was possible, stays NaN and is not among the m. (statsmodels' ``multipletests`` gives the same,
    but collects garbage at every call: some 50 ms, and a report has many families.)
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p)[: int(np.isfinite(p).sum())]
    scaled = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(scaled))
    return adjusted


def percentiles(draws: Floats) -> tuple[float, float]:
    """Return the ends of the 95 % interval of bootstrap draws."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
