"""Scores that follow from a definition, without the reference library."""

import math

import numpy as np
import pytest

from harness.metrics.disentanglement.dci import completeness, disentanglement
from harness.metrics.disentanglement.downstream import downstream
from harness.metrics.disentanglement.infomec import infomec
from harness.metrics.disentanglement.information import (
    entropy,
    histogram_bins,
    mutual_information,
)
from harness.metrics.disentanglement.irs import irs
from harness.metrics.disentanglement.mig import mig
from harness.metrics.disentanglement.modularity import _area, modularity
from harness.metrics.disentanglement.sap import sap
from harness.metrics.disentanglement.udr import relative_strength
from harness.metrics.disentanglement.unsupervised import unsupervised_scores

OF_TEN = 1 - math.log(2) / math.log(10)


def test_disentanglement_and_completeness_of_importances() -> None:
    alone, shared = np.eye(10), np.zeros((10, 10))
    shared[0, :2] = 1
    for score in (disentanglement, completeness):
        assert score(alone) == pytest.approx(1)
        assert score(np.zeros((10, 10))) == pytest.approx(0)
    assert disentanglement(shared) == pytest.approx(OF_TEN), "one code, two factors"
    assert completeness(shared.T) == pytest.approx(OF_TEN), "one factor, two codes"
    twice = np.concatenate([np.eye(5), np.eye(5)])
    assert completeness(twice) == pytest.approx(OF_TEN)
    assert disentanglement(twice) == pytest.approx(1)


@pytest.mark.parametrize("codes", range(1, 12))
def test_even_importances_disentangle_nothing(codes: int) -> None:
    for factors in range(2, 12):
        score = disentanglement(np.full((codes, factors), 1 / factors))
        assert 0 <= score < 1e-12  # rounding is no negative score


def test_modularity_of_information() -> None:
    assert modularity(np.eye(5)) == pytest.approx(1)
    assert modularity(np.concatenate([np.eye(2), np.zeros((1, 2))])) == pytest.approx(2 / 3)
    assert modularity(np.zeros((4, 4))) == 0
    assert modularity(np.concatenate([np.eye(10), np.eye(10)], 1)) == pytest.approx(1 - 1 / 19)


def test_bins_are_those_of_the_reference() -> None:
    codes = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]]).T
    assert histogram_bins(codes, 3)[:, 0].tolist() == [1, 1, 2, 2, 3, 3]
    values = np.random.default_rng(0).normal(size=(500, 1))
    edges = np.histogram(values[:, 0], 20)[1][:-1]
    assert (histogram_bins(values, 20)[:, 0] == np.digitize(values[:, 0], edges)).all()


def test_information_is_that_of_the_table() -> None:
    """Two coins that agree three times in four share log 2 less the entropy of 3 : 1."""
    first = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    second = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    lost = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    table = mutual_information(first[:, None], np.stack([first, second], 1))
    assert table[0] == pytest.approx([math.log(2), math.log(2) - lost])
    assert entropy(first[:, None]) == pytest.approx([math.log(2)])


def coins(n: int = 64) -> np.ndarray:
    """Every combination of three coins, equally often."""
    return np.stack(np.unravel_index(np.arange(n) % 8, (2, 2, 2)), 1)


def test_a_code_of_two_coins_has_half_the_gap() -> None:
    """The first coin is in two codes, so that its gap is 0; that of the others is 1."""
    factors = coins()
    assert mig(factors.astype(float), factors)["mig"] == pytest.approx(1)
    doubled = factors[:, [0, 0, 1, 2]].astype(float)
    assert mig(doubled, factors)["mig"] == pytest.approx(2 / 3)
    assert sap(doubled, factors, doubled, factors, continuous=True)["sap_continuous"] == (
        pytest.approx(2 / 3)
    )


def test_codes_that_stay_while_their_factor_is_held() -> None:
    factors = coins()
    assert irs(factors.astype(float), factors)["irs"] == pytest.approx(1)
    # Of a sum of two coins, held one, the other moves it by half: the largest distance is 1.
    both = factors[:, :1] + factors[:, 1:2]
    assert irs(both.astype(float), factors)["irs"] == pytest.approx(0.5)


def test_area_under_the_curve_is_that_of_pairs() -> None:
    rng = np.random.default_rng(0)
    guesses, labels = rng.integers(0, 5, (60, 3)) / 4, rng.integers(0, 3, 60)
    areas = []
    for k in range(3):
        hit, miss = guesses[labels == k, k][:, None], guesses[labels != k, k]
        areas.append((hit > miss).mean() + 0.5 * (hit == miss).mean())
    assert _area(guesses, labels, np.arange(3)) == pytest.approx(np.mean(areas))


def test_total_correlation_of_two_correlated_codes() -> None:
    """``-log(1 - r^2) / 2`` of the sample's own r, and nothing of independent ones."""
    x, y = np.random.default_rng(0).normal(size=(2, 500))
    codes = np.stack([x, 3 * x + 4 * y], 1)
    r = np.corrcoef(codes.T)[0, 1]
    found = unsupervised_scores(codes)
    assert found["gaussian_total_correlation"] == pytest.approx(-0.5 * math.log(1 - r * r))
    assert unsupervised_scores(coins().astype(float)) == pytest.approx(
        dict.fromkeys(found, 0), abs=1e-9
    )


def test_wasserstein_of_equal_codes() -> None:
    """Where all of the covariance is 1, the root of C diag(C) has trace sqrt 2: 4 - 2 sqrt 2."""
    x = np.random.default_rng(0).normal(size=400)
    x = (x - x.mean()) / x.std(ddof=1)
    found = unsupervised_scores(np.stack([x, x], 1))
    assert found["gaussian_wasserstein"] == pytest.approx(4 - 2 * math.sqrt(2))
    assert found["gaussian_wasserstein_norm"] == pytest.approx(2 - math.sqrt(2))
    assert "infinite" in found.reasons["gaussian_total_correlation"]


def test_relative_strength() -> None:
    assert relative_strength(np.eye(3)) == 1
    assert relative_strength(np.ones((4, 4))) == 1 / 4
    assert relative_strength(0.5 * np.eye(3)) == 0.5
    assert relative_strength(np.zeros((3, 3))) == 0


def test_information_of_perfect_codes_is_all_of_one_factor() -> None:
    factors = np.random.default_rng(0).integers(0, 4, (600, 2))
    noise = 0.01 * np.random.default_rng(1).normal(size=(600, 2))
    found = infomec(factors + noise, factors, rng=np.random.default_rng(0))
    assert found["infomec_active_codes"] == 2
    assert [found[key] for key in ("infom", "infoe", "infoc")] == pytest.approx([1] * 3, abs=0.1)


def test_few_labels_teach_less_than_many() -> None:
    rng = np.random.default_rng(0)
    factors = rng.integers(0, 4, (400, 1))
    codes = factors + 0.4 * rng.normal(size=(400, 1))
    found = downstream(
        codes[:300], factors[:300], codes[300:], factors[300:], rng=rng, sizes=(4, 300, 1000)
    )
    assert found["downstream_4"] < found["downstream_300"]
    assert math.isnan(found["downstream_1000"])
    assert found.reasons == {"downstream_1000": "there are only 300 labelled images"}
