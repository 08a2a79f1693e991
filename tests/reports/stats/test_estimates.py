import numpy as np
import pytest
from scipy import stats

from reports.stats.estimates import (
    Estimate,
    holm,
    iqm_interval,
    mean_interval,
    paired_difference,
    probability_of_improvement,
    proportion_difference,
    proportion_interval,
)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_mean_interval_is_students(rng):
    values = rng.normal(3, 2, 9)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    ours = mean_interval(values)
    assert (ours.value, ours.n) == (pytest.approx(values.mean()), 9)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_one_stratum_is_the_paired_t_test(rng):
    a, b = rng.normal(1, 1, 7), rng.normal(0, 1, 7)
    theirs = stats.ttest_rel(a, b)
    ours = paired_difference(a - b)
    assert ours.p == pytest.approx(theirs.pvalue)
    interval = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high))


def test_two_strata_are_welchs_test(rng):
    """The mean of two strata's means is half the difference of the one and the negated other."""
    a, b = rng.normal(1, 1, 5), rng.normal(0.5, 3, 8)
    theirs = stats.ttest_ind(a, -b, equal_var=False)
    ours = paired_difference(np.r_[a, b], np.r_[np.zeros(5), np.ones(8)])
    assert ours.value == pytest.approx((a.mean() + b.mean()) / 2)
    assert ours.p == pytest.approx(theirs.pvalue)
    interval = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((interval.low / 2, interval.high / 2))


def test_strata_keep_level_differences_out_of_the_error():
    """Differences that depend on the level alone leave no error within the levels."""
    ours = paired_difference([1, 1, 1, 9, 9, 9], [0, 0, 0, 1, 1, 1])
    assert (ours.value, ours.low, ours.high, ours.p) == (5, 5, 5, 0)


@pytest.mark.parametrize(("values", "n"), [([], 0), ([4.0], 1)])
def test_no_interval_without_two_values(values, n):
    ours = paired_difference(values)
    assert ours.n == n
    assert np.isnan([ours.low, ours.high, ours.p]).all()


def test_mean_interval_covers_its_target(rng):
    samples = rng.normal(0, 1, (2000, 4))
    covered = [e.low <= 0 <= e.high for e in map(mean_interval, samples)]
    # The share's own standard error is sqrt(.95 * .05 / 2000) = 0.005; four of them are allowed.
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)


def test_wilson_closed_form():
    k, n, z = 3, 8, stats.norm.ppf(0.975)
    p = k / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    ours = proportion_interval(k, n)
    assert (ours.low, ours.value, ours.high) == pytest.approx((centre - half, p, centre + half))


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_difference_of_proportions_is_newcombes(a, b, low, high):
    """Newcombe (1998), Table II, method 10."""
    ours = proportion_difference(proportion_interval(*a), proportion_interval(*b))
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=5e-5)


def test_iqm_drops_the_outer_quarters():
    values = [1000, 1, 2, 3, 4, 5, 10, -1000]
    ours = iqm_interval(values)
    assert ours.value == (2 + 3 + 4 + 5) / 4
    assert ours.low < ours.value < ours.high


def test_iqm_interval_is_scipys_bootstrap(rng):
    values = rng.normal(0, 1, 20)
    theirs = stats.bootstrap(
        (values,),
        lambda x, axis: stats.trim_mean(x, 0.25, axis=axis),
        method="percentile",
        n_resamples=20000,
        rng=1,
    )
    ours, interval = iqm_interval(values), theirs.confidence_interval
    # A 2.5 % quantile of 2000 draws is off by about sqrt(.025 * .975 / 2000) / density(-1.96)
    # = 0.06 standard errors; three of them are allowed.
    tolerance = 0.18 * theirs.standard_error
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), abs=tolerance)


def test_probability_of_improvement_counts_pairs():
    pairs = [([3.0, -np.inf], [1.0, 2.0]), ([1.0, 1.0, -np.inf], [1.0, -np.inf])]
    wins = [
        np.mean([1.0 if x > y else 0.5 if x == y else 0.0 for x in a for y in b]) for a, b in pairs
    ]
    ours = probability_of_improvement(pairs)
    assert (ours.value, ours.n) == (pytest.approx(np.mean(wins)), 9)
    assert ours.low <= ours.value <= ours.high


def test_probability_of_improvement_is_mann_whitneys_u(rng):
    a, b = rng.normal(0.5, 1, 12), rng.normal(0, 1, 9)
    u = stats.mannwhitneyu(a, b).statistic
    assert probability_of_improvement([(a, b)]).value == pytest.approx(u / (12 * 9))


def test_probability_bootstrap_resamples_within_each_sample(rng):
    """Its interval equals that of resampling by index, the slow way."""
    a, b = rng.normal(0.5, 1, 8), rng.normal(0, 1, 8)
    draws = []
    for _ in range(4000):
        x, y = rng.choice(a, 8), rng.choice(b, 8)
        draws.append((x[:, None] > y).mean() + 0.5 * (x[:, None] == y).mean())
    ours = probability_of_improvement([(a, b)])
    # The draws lie on a grid of 1/64 and a quantile of 2000 draws is off by up to 0.02.
    assert (ours.low, ours.high) == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.04)


def test_holm_golden():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_leaves_out_what_was_not_tested():
    adjusted = holm([0.02, np.nan, 0.03])
    assert adjusted[[0, 2]] == pytest.approx([0.04, 0.04])
    assert np.isnan(adjusted[1])


def test_the_bootstrap_is_the_same_every_time(rng):
    values = rng.normal(0, 1, 10)
    assert iqm_interval(values) == iqm_interval(values)
    assert isinstance(iqm_interval(values), Estimate)
