"""Probabilities of improvement against brute force, their intervals, and performance profiles."""

import itertools

import numpy as np
import pytest
from scipy import stats

from reports.stats.ranks import performance_profile
from reports.stats.wins import improvement_matrix, newcombe_ends, win_probabilities

NAN, DIVERGED = np.nan, -np.inf
TABLE = np.array([[3, 1, DIVERGED, 2], [2, 2, 2, NAN], [DIVERGED, DIVERGED, 5, 0.0], [NAN] * 4])


def brute_force(a, b):
    wins = [
        1.0 if x > y else 0.5 if x == y else 0.0
        for x, y in itertools.product(a[~np.isnan(a)], b[~np.isnan(b)])
    ]
    return np.mean(wins) if wins else np.nan


def test_probabilities_to_win_count_pairs_of_seeds():
    found = win_probabilities(TABLE)
    for i, j in itertools.product(range(4), repeat=2):
        assert found[i, j] == pytest.approx(brute_force(TABLE[i], TABLE[j]), nan_ok=True)
    np.testing.assert_allclose((found + found.T)[:3, :3], 1)


def test_each_dataset_weighs_the_same():
    rng = np.random.default_rng(0)
    boards = {"a": rng.normal(0, 1, (3, 5)), "b": rng.normal(0, 1, (3, 8))}
    boards["b"][2] = NAN
    value, low, high = improvement_matrix(boards)
    a, b = (win_probabilities(t) for t in boards.values())
    np.testing.assert_allclose(value[:2, :2], (a + b)[:2, :2] / 2)
    np.testing.assert_allclose(value[2], a[2], err_msg="on the datasets that two have in common")
    assert (low <= value).all()
    assert (value <= high).all()
    np.testing.assert_allclose(low, 1 - high.T, atol=1e-9)


def test_an_entry_without_trials_has_no_probability():
    for matrix in improvement_matrix({"a": TABLE}):
        assert np.isnan(matrix[3]).all()
        assert np.isfinite(matrix[:3, :3]).all()


def test_always_winning_is_not_certain():
    value, low, high = improvement_matrix({"a": np.array([np.arange(5.0) + 10, np.arange(5.0)])})
    assert (value[0, 1], high[0, 1]) == (1, 1)
    assert 0.5 < low[0, 1] < 0.8


def test_intervals_solve_newcombes_equation():
    """At an end of the interval the share is 1.96 standard errors away (method 5)."""
    share, m, n = 0.84, 5, 7
    counts = np.array([m, n])
    low, high = newcombe_ends(np.array([[0.5, share], [1 - share, 0.5]]), counts)
    for p in (low[0, 1], high[0, 1]):
        beyond = (m + n) / 2 - 1
        variance = p * (1 - p) * (1 + beyond * ((1 - p) / (2 - p) + p / (1 + p))) / (m * n)
        assert abs(share - p) / np.sqrt(variance) == pytest.approx(stats.norm.ppf(0.975))


@pytest.mark.parametrize("gap", [0.0, 1.0, 3.0])
def test_coverage_of_the_probability_of_improvement(gap):
    """Of 1,000 boards of five seeds: 0.95, less its own error, which is 0.007, thrice."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(gap, 1, (1000, 5, 1)), rng.normal(0, 1, (1000, 1, 5))
    shares = (a > b).mean(axis=(1, 2))
    tables = np.full((1000, 1000), 0.5)
    tables[0] = shares
    low, high = newcombe_ends(tables[:1], np.array([5]))
    truth = stats.norm.cdf(gap / np.sqrt(2))
    assert 0.93 <= ((low[0] <= truth) & (truth <= high[0])).mean() <= 0.985


def test_a_profile_is_the_share_of_runs_above_each_threshold():
    profile = performance_profile({"a": TABLE, "b": np.ones((4, 2))}, [-1, 0, 2])
    of_a = [[3 / 4, 3 / 4, 1 / 4], [1, 1, 0], [2 / 4, 1 / 4, 1 / 4]]
    np.testing.assert_allclose(profile[:3], np.add(of_a, [1, 1, 0]) / 2)
    np.testing.assert_allclose(profile[3], [1, 1, 0])
    assert (np.diff(profile, axis=1) <= 0).all()
