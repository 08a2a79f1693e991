"""What holds of the statistics for any numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.analysis.families import make_family
from reports.analysis.trends import rank_correlation
from reports.layout.outcome import ELBO
from reports.layout.scores import Scores
from reports.stats.estimates import (
    holm,
    mean_interval,
    paired_difference,
    probability_of_improvement,
    proportion_interval,
)

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
VALUE = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
SAMPLE = st.lists(VALUE, min_size=2, max_size=10)


@QUICK
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.randoms())
def test_holm(ps: list[float], random: object) -> None:
    adjusted = holm(ps)
    assert (adjusted >= np.array(ps) - 1e-15).all()
    assert (adjusted <= 1).all()
    assert min(adjusted) == pytest.approx(min(1, len(ps) * min(ps)))
    order = np.random.default_rng(0).permutation(len(ps))
    assert holm(np.array(ps)[order]) == pytest.approx(adjusted[order])
    assert (np.diff(adjusted[np.argsort(ps, kind="stable")]) >= -1e-15).all()


@QUICK
@given(SAMPLE, VALUE, st.floats(0.1, 10))
def test_a_mean_moves_with_its_values(values: list[float], shift: float, scale: float) -> None:
    one, other = mean_interval(values), mean_interval(scale * np.array(values) + shift)
    for name in ("value", "low", "high"):
        moved = scale * getattr(one, name) + shift
        assert getattr(other, name) == pytest.approx(moved, rel=1e-6, abs=1e-6)
    assert one.low <= one.value <= one.high


@QUICK
@given(SAMPLE)
def test_a_difference_turned_round_is_its_negative(gaps: list[float]) -> None:
    one, other = paired_difference(gaps), paired_difference(-np.array(gaps))
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert one.p == pytest.approx(other.p)
    assert (one.p < 0.05) == (one.low > 0 or one.high < 0) or one.p == pytest.approx(0.05)


@QUICK
@given(st.integers(0, 30), st.integers(1, 30))
def test_a_share_stays_a_share(k: int, n: int) -> None:
    k = min(k, n)
    estimate = proportion_interval(k, n)
    assert -1e-12 <= estimate.low <= estimate.value + 1e-12
    assert estimate.value - 1e-12 <= estimate.high <= 1 + 1e-12


@QUICK
@given(SAMPLE, SAMPLE)
def test_who_does_not_win_loses(a: list[float], b: list[float]) -> None:
    one = probability_of_improvement([(np.array(a), np.array(b))])
    other = probability_of_improvement([(np.array(b), np.array(a))])
    assert one.value + other.value == pytest.approx(1)
    assert 0 <= one.low <= one.high <= 1


@QUICK
@given(
    st.integers(2, 8).flatmap(lambda n: st.tuples(*[st.lists(VALUE, min_size=n, max_size=n)] * 3))
)
def test_a_family_says_the_same_of_a_pair_both_ways_round(samples: tuple[list[float], ...]) -> None:
    values = {name: pd.Series(of) for name, of in zip("abc", samples, strict=True)}
    family = make_family(Scores(ELBO, values), [("a", "b"), ("b", "a"), ("a", "c"), ("b", "c")])
    assert len(family.compared) == 3, "a pair counts once"
    for one, two in (("a", "b"), ("b", "c")):
        forth, back = family.of(one, two), family.of(two, one)
        assert forth.adjusted == pytest.approx(back.adjusted, nan_ok=True)
        assert forth.sign == -back.sign
        assert forth.difference.value == pytest.approx(-back.difference.value)
        assert not (forth.adjusted < forth.difference.p - 1e-12)


@QUICK
@given(SAMPLE)
def test_ranks_correlate_with_themselves(values: list[float]) -> None:
    constant = len(set(values)) == 1
    assert rank_correlation(values, values) == pytest.approx(0 if constant else 1)
    assert rank_correlation(values, -np.array(values)) == pytest.approx(0 if constant else -1)
    assert rank_correlation(values, np.exp(np.array(values) / 1e3)) == pytest.approx(
        0 if constant else 1
    )
