"""Mean and interquartile mean: definitions, what happens at a bound, and coverage by simulation."""

import numpy as np
import pytest
from scipy import stats

from reports.stats.scores import iqm, iqm_ends, iqm_interval, mean_ends, mean_score_interval
from tests.reports.helpers.populations import POPULATIONS

UNIT = (0.0, 1.0)


def coverage(kind, n, boards, seed=0, chunk=500):
    """Return the share of intervals that hold the true mean, and the true interquartile mean."""
    population = POPULATIONS[kind]
    rng, mean, middle = np.random.default_rng(seed), population.mean, population.iqm
    held = []
    for _ in range(0, boards, chunk):
        samples = population.draw(rng, (chunk, n))
        of_mean, of_iqm = (f(samples, population.bounds) for f in (mean_ends, iqm_ends))
        held.append([_holds(of_mean, mean), _holds(of_iqm, middle)])
    return np.concatenate(held, axis=1).mean(axis=1)


def _holds(ends, truth):
    # The truth is a sum of many numbers; saturated intervals begin or end where it does.
    return (ends[0] <= truth + 1e-5) & (truth <= ends[1] + 1e-5)


def test_the_iqm_drops_the_outer_quarters():
    values = [1000, 1, 2, 3, 4, 5, 10, -1000]
    assert iqm(values) == iqm_interval(values).value == (2 + 3 + 4 + 5) / 4
    assert iqm([1, 2, 9]) == 4, "of three values a quarter is none"
    assert iqm([7.0, 1, 2, 3, -5]) == 2
    assert np.isnan(iqm([]))


def test_the_iqm_of_a_population_is_the_mean_of_its_middle_half():
    samples = np.random.default_rng(0).exponential(1, (1, 4_000))
    low, high = iqm_ends(samples)
    # Between the quartiles of -log(1 - u): 2 ∫ -log(1 - u) du from 1/4 to 3/4.
    closed = 2 * np.diff([(1 - u) * np.log(1 - u) + u for u in (0.25, 0.75)])[0]
    assert low[0] < closed < high[0]
    assert high[0] - low[0] < 0.15


@pytest.mark.parametrize("interval", [mean_score_interval, iqm_interval])
def test_too_few_values_have_no_interval(interval):
    assert np.isnan([interval([]).value, interval([0.5]).low, interval([0.5]).high]).all()
    assert (interval([]).n, interval([0.5]).n, interval([0.5]).value) == (0, 1, 0.5)


@pytest.mark.parametrize("interval", [mean_score_interval, iqm_interval])
@pytest.mark.parametrize("n", [3, 5, 10])
def test_saturated_scores_have_an_interval(interval, n):
    ones = interval(np.ones(n), UNIT)
    assert (ones.value, ones.high) == (1, 1)
    assert 0 < ones.low < 0.98
    zeros = interval(np.zeros(n), UNIT)
    assert (zeros.low, zeros.high) == pytest.approx((0, 1 - ones.low), abs=0.01)
    nearly = interval([*np.ones(n - 1), 0.99], UNIT)
    assert 0.9 < nearly.low < nearly.value <= nearly.high == 1


def test_saturated_is_clopper_and_pearsons():
    for n in (3, 5, 10):
        theirs = stats.binomtest(n, n).proportion_ci(0.95, method="exact")
        # A 2.5 % quantile of 2000 draws of Beta(n, 1); three of its standard errors.
        density = n * theirs.low ** (n - 1)
        error = np.sqrt(0.025 * 0.975 / 2000) / density
        assert mean_score_interval(np.ones(n), UNIT).low == pytest.approx(theirs.low, abs=3 * error)


def test_without_a_second_bound_nothing_bounds_what_all_seeds_reach():
    zeros = mean_score_interval(np.zeros(5), (0.0, np.inf))
    assert (zeros.low, zeros.value, zeros.high) == (0, 0, np.inf)


def test_equal_scores_within_the_bounds_have_no_spread():
    same = mean_score_interval(np.full(5, 0.5), UNIT)
    assert (same.low, same.high) == (0.5, 0.5)


@pytest.mark.parametrize("interval", [mean_score_interval, iqm_interval])
def test_intervals_turn_and_shift_with_their_values(interval):
    values = np.random.default_rng(1).gamma(2, 1, 6)
    ours, turned = interval(values), interval(10 - 2 * values)
    assert (10 - 2 * ours.high, 10 - 2 * ours.low) == pytest.approx(
        (turned.low, turned.high), abs=0.2
    )
    assert interval(values) == ours, "the same every time"


def test_a_mean_of_four_has_students_interval():
    values = np.array([0.2, 0.5, 0.3, 0.45])
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    ours = mean_score_interval(values, UNIT)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_a_skewed_sample_has_a_longer_upper_side():
    ours = mean_score_interval([0.1, 0.12, 0.15, 0.2, 0.9])
    assert ours.high - ours.value > 1.5 * (ours.value - ours.low)


CONSERVATIVE = ("cut at", "1.0 or", "0 or 1")


@pytest.mark.parametrize("n", [5, 10])
@pytest.mark.parametrize(
    "kind", ["Gaussian", "gamma(2), skewed", "Gaussian cut at 1.0, 70 % there"]
)
def test_coverage(kind, n):
    """Of 2,000 boards; four standard errors of a share of 0.95 are 0.02, beside the aimed 0.015.

    Where scores saturate intervals may cover more, never less.
    """
    most = 1 if any(word in kind for word in CONSERVATIVE) else 0.95 + 0.015 + 0.015
    for share in coverage(kind, n, 2000):
        assert 0.95 - 0.015 - 0.015 <= share <= most


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 10])
@pytest.mark.parametrize("kind", POPULATIONS)
def test_coverage_of_every_kind_of_score(kind, n):
    """Of 4,000 boards; three standard errors of a share of 0.95 are 0.0103."""
    of_mean, of_iqm = coverage(kind, n, 4_000)
    print(f"| {kind} | {n} | {100 * of_mean:.1f} | {100 * of_iqm:.1f} |")
    least = 0.88 if "very skewed" in kind else 0.935
    assert of_mean >= least - 0.0103
    assert of_iqm >= 0.925
    if kind.startswith(("Gaussian", "gamma", "log", "exp", "beta")) and "cut" not in kind:
        assert max(of_mean, of_iqm) <= 0.975
