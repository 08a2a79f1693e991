"""Elo ratings: closed forms, degenerate boards, and coverage."""

import numpy as np
import pytest
from scipy import stats

from reports.stats.elo import elo, ratings
from reports.stats.wins import win_probabilities

NAN = np.nan


def closed(p):
    """The rating above the anchor's of an entry that beats it with probability p."""
    return 1000 + 400 * np.log10(p / (1 - p))


def test_two_methods_have_the_closed_form():
    table = np.array([[1.0, 2, 3, 4], [2.5, 3.5, 0.5, 4]])
    (p,) = win_probabilities(table)[1, [0]]
    anchor, other = elo({"a": table}, 0)
    assert (anchor.value, anchor.low, anchor.high, anchor.n) == (1000, 1000, 1000, 1)
    assert other.value == pytest.approx(closed(p))
    assert other.low < other.value < other.high
    turned = elo({"a": table}, 1)[0]
    assert turned.value == pytest.approx(2000 - other.value)


def test_each_dataset_weighs_one_whatever_its_seeds():
    few, many = np.array([[0.0, 3.0], [1.0, 2.0]]), np.array([[0.0] * 9, [1.0] * 8 + [-1.0]])
    p = (win_probabilities(few)[1, 0] + win_probabilities(many)[1, 0]) / 2
    assert elo({"few": few, "many": many}, 0)[1].value == pytest.approx(closed(p))


def test_ties_are_half_a_win():
    assert elo({"a": np.ones((2, 5))}, 0)[1].value == pytest.approx(1000)


def test_three_methods_have_the_largest_likelihood():
    wins = np.array([[0.5, 0.3, 0.2], [0.7, 0.5, 0.45], [0.8, 0.55, 0.5]])
    points = ratings(wins[None, None], 0)[0]
    odds = (points - 1000) * np.log(10) / 400

    def likelihood(odds):
        gaps = odds[:, None] - odds
        return float((wins * -np.logaddexp(0, -gaps))[~np.eye(3, dtype=bool)].sum())

    rng = np.random.default_rng(0)
    assert all(
        likelihood(odds + 0.02 * rng.standard_normal(3)) < likelihood(odds) for _ in range(50)
    )
    assert points[0] == 1000


def test_an_entry_that_wins_everything_is_rated_by_one_more_tie():
    table = np.array([[1.0, 2, 3], [4.0, 5, 6], [4.5, 5.5, 3.5]])
    first, second, third = elo({"a": table}, 0)
    assert np.isfinite([second.value, third.value]).all()
    assert second.value > 1000
    two = elo({"a": table[:2]}, 0)[1]
    assert two.value == pytest.approx(closed(9.5 / 10))
    assert two.low > 1000
    assert two.high > 2000, "nine wins of nine do not bound it"
    assert first.low == 1000


def test_saturated_entries_are_not_certain_to_tie():
    tied = elo({"a": np.ones((3, 5))}, 0)[1]
    assert tied.low < 900 < 1100 < tied.high


def test_entries_on_other_datasets_have_no_rating():
    table = np.array([[1.0, 2], [1.5, 1.0], [NAN, NAN], [NAN, NAN]])
    found = elo({"a": table, "b": table[::-1]}, 0)
    assert [np.isfinite(each.value) for each in found] == [True, True, False, False]
    assert np.isnan(found[3].low)


def test_ratings_join_through_entries_in_common():
    one = np.array([[1.0, 2, 3], [1.5, 2.5, 0.5], [NAN] * 3])
    two = np.array([[NAN] * 3, [1.0, 2, 3], [2.5, 3.5, 0.5]])
    found = elo({"one": one, "two": two}, 0)
    first = closed(win_probabilities(one)[1, 0])
    second = closed(win_probabilities(two)[2, 1]) - 1000
    assert found[2].value == pytest.approx(first + second)
    assert [each.n for each in found] == [1, 2, 1]


MIXED = [[0, 0.5, 1, 2.5], [0.5, 0, 1, 1.5], [0, 0.5, 0, 2], [0, 0, 0.5, 1]]
"""Means of four entries on four datasets, in standard deviations of a seed."""
ALIKE = [[0, 0.75, 1.5, 3]] * 4
"""The last beats the anchor 98 times in 100, on each dataset."""


def rated(boards, n, n_datasets, seed, means=MIXED):
    """Return the share of intervals that hold the true rating, of each entry but the anchor."""
    rng = np.random.default_rng(seed)
    means = np.array(means)[:n_datasets]
    wins = stats.norm.cdf((means[:, :, None] - means[:, None, :]) / np.sqrt(2))
    truth = ratings(wins[None], 0)[0]
    held = np.zeros((boards, 4), bool)
    for board in range(boards):
        tables = {str(d): m[:, None] + rng.standard_normal((4, n)) for d, m in enumerate(means)}
        held[board] = [
            e.low <= t <= e.high for e, t in zip(elo(tables, 0, rounds=300), truth, strict=True)
        ]
    return held[:, 1:].mean(axis=0)


def test_coverage_on_a_single_dataset():
    """Of 100 boards a share of 0.95 is below 0.87 once in 500 times."""
    assert (rated(100, 5, 1, 0) >= 0.87).all()


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize(("n_datasets", "means"), [(1, MIXED), (4, MIXED), (4, ALIKE)])
@pytest.mark.parametrize("n", [5, 10])
def test_coverage(n, n_datasets, means):
    shares = rated(2000, n, n_datasets, 1, means)
    held = ", ".join(f"{100 * share:.1f}" for share in shares)
    print(f"| Elo, {n_datasets} datasets, {means[0]} | {n} | {held} |")
    assert (shares >= 0.935 - 3 * np.sqrt(0.95 * 0.05 / 2000)).all()
