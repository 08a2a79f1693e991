"""Numbers that the reference library gives (disentanglement_lib, scikit-learn 1.9.1)."""

from functools import cache

import numpy as np
import pytest

from harness.metrics.disentanglement.dci import dci
from harness.metrics.disentanglement.irs import irs
from harness.metrics.disentanglement.mig import mig
from harness.metrics.disentanglement.modularity import modularity_explicitness
from harness.metrics.disentanglement.pairs import beta_vae_score, factor_vae_score
from harness.metrics.disentanglement.sap import sap
from harness.metrics.disentanglement.udr import udr
from harness.metrics.disentanglement.unsupervised import unsupervised_scores
from tests.harness.metrics.helpers.grid_of_factors import CODES, ident, legacy, parts, sample

EXACT = 1e-6


@cache
def study(name: str) -> tuple[np.ndarray, ...]:
    return parts(CODES[name], 10_000, 5000)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ident", [0.8957198509, 0.9867642665, 0.9996134928, 0.0008544061, 0.0070709380]),
        ("rot", [0.2325479542, 0.5084636712, 0.3380981272, 0.0611437470, 0.1291877804]),
    ],
)
def test_what_no_classifier_has_a_part_in(name: str, expected: list[float]) -> None:
    given = study(name)
    alone = unsupervised_scores(given[0])
    found = [
        mig(*given[:2])["mig"],
        irs(*given[:2])["irs"],
        sap(*given, continuous=True)["sap_continuous"],
        alone["gaussian_total_correlation"],
        alone["code_information"],
    ]
    assert found == pytest.approx(expected, abs=EXACT)
    assert irs(*given[:2])["irs_active_codes"] == 5, "not the sum of the codes, as in the reference"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ident", [0.9999615678, 0.98859, 0.98712]), ("rot", [0.9166696631, 0.98761, 0.98605])],
)
def test_modularity_and_explicitness(name: str, expected: list[float]) -> None:
    """The classifiers are deterministic, the measured numbers have five digits."""
    found = modularity_explicitness(*study(name))
    assert found["modularity"] == pytest.approx(expected[0], abs=EXACT)
    areas = [found["explicitness_train"], found["explicitness_test"]]
    assert areas == pytest.approx(expected[1:], abs=2e-5)


@pytest.mark.parametrize(("name", "expected"), [("ident", 0.17872), ("rot", 0.0752)])
def test_sap(name: str, expected: float) -> None:
    """A linear machine may call one of 5,000 images otherwise on another processor: 1 / 5000."""
    assert sap(*study(name))["sap"] == pytest.approx(expected, abs=2.1e-4)


@pytest.mark.slow  # 15,000 batches of 64, twice
def test_scores_of_pairs_and_batches_of_a_turned_code() -> None:
    """The same draws as the reference's; likewise 1 / 5000 for the fitted one."""

    def given(factors: np.ndarray) -> np.ndarray:
        return factors

    rot = CODES["rot"]
    of_pairs = beta_vae_score(rot, sample, given, rng=legacy())
    assert list(of_pairs.values()) == pytest.approx([0.9198, 0.9268], abs=2.1e-4)
    of_batches = factor_vae_score(rot, sample, given, rng=legacy())
    assert list(of_batches.values()) == pytest.approx([0.8084, 0.8086, 5], abs=EXACT)


def test_perfect_codes_have_the_ceiling_of_pairs_and_batches() -> None:
    for score in (beta_vae_score, factor_vae_score):
        kept = score(ident, sample, np.asarray, rng=legacy(), num_train=300, num_eval=200)
        assert list(kept.values())[:2] == [1, 1]


def check_dci(name: str, n: tuple[int, int], expected: list[float]) -> None:
    """Boosting draws where two codes split equally well; the reference has no seed.

    Over seeds its scores deviate by up to 0.0005, its accuracies by up to 0.004.
    """
    found = list(dci(*parts(CODES[name], *n), rng=np.random.default_rng(0)).values())
    assert found[:2] == pytest.approx(expected[:2], abs=2e-3)
    assert found[3] == pytest.approx(expected[2], abs=0.012)


def test_dci_of_a_thousand_images() -> None:
    check_dci("rot", (1000, 500), [0.25896, 0.27340, 0.4568])


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("name", "n", "expected"),
    [
        ("ident", (1000, 500), [1, 1, 1]),
        ("ident", (10_000, 5000), [1, 1, 1]),
        ("rot", (10_000, 5000), [0.28820, 0.29846, 0.50004]),
    ],
)
def test_dci_of_the_large_study(name: str, n: tuple[int, int], expected: list[float]) -> None:
    check_dci(name, n, expected)


def test_udr_of_two_models_with_the_same_codes_in_another_order() -> None:
    """The penalty of the lasso makes 0.9 of 1; the ranks of 1,000 images are not quite apart."""
    codes = ident(sample(1000, legacy()))
    turned = -codes[:, [2, 1, 0, 4, 3]]
    assert list(udr([codes, turned]).values()) == pytest.approx([0.9, 0.9], abs=1e-3)
    ranks = udr([codes, turned], correlation="spearman")
    assert list(ranks.values()) == pytest.approx([0.922, 0.922], abs=0.03)
