"""Ranks on constructed ties, their intervals, and improvability."""

import numpy as np
import pytest
from scipy import stats

from reports.stats.correlations import spearman
from reports.stats.ranks import improvability, rank_intervals, welch

NAN, DIVERGED = np.nan, -np.inf
NOISE = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])


def ends(found):
    return [(each.value, each.low, each.high) for each in found]


def test_clear_ranks_are_certain():
    assert ends(rank_intervals(np.array([[1.0], [3.0], [2.0]]) + NOISE)) == [
        (3, 3, 3),
        (1, 1, 1),
        (2, 2, 2),
    ]


def test_ties_share_the_mean_of_their_ranks():
    table = np.array([[1.0], [2.0], [2.0], [2.0], [3.0]]) + NOISE
    assert ends(rank_intervals(table)) == [(5, 5, 5), *[(3, 2, 4)] * 3, (1, 1, 1)]


def test_entries_that_are_alike_can_have_any_rank():
    table = np.random.default_rng(0).normal(0, 1, (6, 5))
    assert {(each.low, each.high) for each in rank_intervals(table)} == {(1, 6)}


def test_saturated_entries_are_tied():
    table = np.array([np.ones(5), np.ones(5), np.full(5, 0.9)])
    assert ends(rank_intervals(table)) == [(1.5, 1, 2), (1.5, 1, 2), (3, 3, 3)]


def test_diverged_trials_are_worse_than_any_and_missing_ones_are_nothing():
    table = np.array([[DIVERGED] * 5, [*NOISE[:4], DIVERGED], 0.1 + NOISE, [NAN] * 5])
    found = rank_intervals(table)
    assert [each.value for each in found[:3]] == [3, 2, 1]
    assert np.isnan([found[3].value, found[3].low]).all()
    assert [each.n for each in found] == [5, 5, 5, 0]
    assert found[0].low > 1


def test_one_seed_shows_nothing():
    assert ends(rank_intervals(np.array([[1.0], [2.0]]))) == [(2, 1, 2), (1, 1, 2)]


def test_comparisons_are_welchs():
    rng = np.random.default_rng(1)
    table = rng.normal(0, [[1], [3]], (2, 7))
    table[1, 5:] = NAN
    theirs = stats.ttest_ind(table[0], table[1, :5], equal_var=False)
    assert welch(table)[0, 1] == pytest.approx(theirs.pvalue)


def test_rank_intervals_hold_the_rank_at_least_as_often_as_they_say():
    """Nearly equal means are what a bootstrap of ranks fails at. Of 400 boards, 0.95 less 0.03."""
    rng = np.random.default_rng(2)
    means = np.array([0, 0.3, 0.6, 0.6, 1, 4])
    truth = stats.rankdata(-means)
    held = [
        [e.low <= t <= e.high for e, t in zip(rank_intervals(table), truth, strict=True)]
        for table in means[:, None] + rng.standard_normal((400, 6, 5))
    ]
    assert (np.mean(held, axis=0) >= 0.92).all()


def test_improvability_is_the_part_of_the_error_that_the_best_does_not_make():
    boards = {"a": np.array([[0.8], [0.6], [0.9]]) + NOISE, "b": np.array([[0.5]] * 3) + NOISE}
    found = improvability(boards, perfect=1.0)
    assert [each.value for each in found] == pytest.approx([0.25, 0.375, 0])
    assert all(each.low <= each.value <= each.high for each in found)
    assert found[2].low == 0


def test_without_a_perfect_score_it_is_relative_to_the_worst():
    found = improvability({"a": np.array([[-150.0], [-100], [-125]]) + NOISE})
    assert [each.value for each in found] == pytest.approx([1, 0, 0.5])


def test_a_saturated_best_does_not_make_the_rest_hopeless():
    found = improvability({"a": np.array([np.ones(5), 0.98 + NOISE])}, perfect=1.0)
    assert found[1].value == 1
    assert found[1].low < 0.95


def test_improvability_of_an_absent_entry_is_not_known():
    found = improvability({"a": np.array([0.5 + NOISE, [NAN] * 5, 0.6 + NOISE])}, perfect=1.0)
    assert np.isnan([found[1].value, found[1].low]).all()
    assert (found[1].n, found[0].value) == (0, pytest.approx(0.2))


def test_spearman_is_scipys_on_the_rows_that_both_have():
    rng = np.random.default_rng(3)
    table = rng.normal(0, 1, (30, 3))
    table[:, 1] += table[:, 0]
    table[::4, 1] = NAN
    table[:, 2] = 1.0
    found = spearman(table)
    there = ~np.isnan(table[:, 1])
    assert found[0, 1] == pytest.approx(stats.spearmanr(table[there, 0], table[there, 1]).statistic)
    assert np.isnan(found[2]).all()
    assert found[0, 0] == 1
