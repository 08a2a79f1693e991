"""Codes of which little can be said: a number, or NaN and why, but no error and no silent NaN."""

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from harness.metrics.disentanglement import boosting
from harness.metrics.disentanglement.dci import dci, dci_linear
from harness.metrics.disentanglement.downstream import downstream
from harness.metrics.disentanglement.infomec import infomec
from harness.metrics.disentanglement.irs import irs
from harness.metrics.disentanglement.mig import mig
from harness.metrics.disentanglement.modularity import modularity_explicitness
from harness.metrics.disentanglement.pairs import beta_vae_of, factor_vae_of
from harness.metrics.disentanglement.sap import sap
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.disentanglement.udr import udr
from harness.metrics.disentanglement.unsupervised import unsupervised_scores
from harness.metrics.factors.known import Sharing

N = 60


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boosting says no more of these codes in a hundred stages."""
    monkeypatch.setattr(boosting, "STAGES", 2)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def parted(codes: np.ndarray, factors: np.ndarray) -> tuple[np.ndarray, ...]:
    n = len(codes) * 2 // 3
    return codes[:n], factors[:n], codes[n:], factors[n:]


def few(codes: np.ndarray, factors: np.ndarray) -> Scores:
    return beta_vae_of(
        Sharing(codes, factors).pairs, factors.shape[1], rng=rng(), num_train=30, num_eval=20
    )


def votes(codes: np.ndarray, factors: np.ndarray) -> Scores:
    draw = Sharing(codes, factors).batch
    n = factors.shape[1]
    return factor_vae_of(draw, n, codes, rng=rng(), num_train=30, num_eval=20)


METRICS: dict[str, Callable[[np.ndarray, np.ndarray], Scores]] = {
    "mig": mig,
    "irs": irs,
    "sap": lambda z, f: sap(*parted(z, f)),
    "sap_continuous": lambda z, f: sap(*parted(z, f), continuous=True),
    "dci": lambda z, f: dci(*parted(z, f), rng=rng()),
    "dci_linear": lambda z, f: dci_linear(*parted(z, f)),
    "modularity_explicitness": lambda z, f: modularity_explicitness(*parted(z, f)),
    "infomec": lambda z, f: infomec(z, f, rng=rng()),
    "unsupervised": lambda z, f: unsupervised_scores(z),
    "downstream": lambda z, f: downstream(*parted(z, f), rng=rng(), sizes=(5, 20)),
    "beta_vae": few,
    "factor_vae": votes,
    "udr": lambda z, f: udr([z, z[:, ::-1]]),
}


def known(n_factors: int = 2) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 3, (N, n_factors))


def noise(d: int = 3) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(N, d))


def one_alive() -> np.ndarray:
    return noise() * [1, 0, 0]


CASES: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "all dead": (np.zeros((N, 3)), known()),
    "constant, not 0": (np.full((N, 3), 1e16 / 3), known()),
    "one dead": (noise() * [1, 1, 0], known()),
    "one active": (one_alive(), known()),
    "one code": (noise(1), known()),
    "twice the same": (noise(1)[:, [0, 0]], known()),
    "perfect, twice": (known()[:, [0, 0, 1, 1]].astype(float), known()),
    "one factor": (noise(), known(1)),
    "a constant factor": (noise(), known() * [1, 0]),
    "constant factors": (noise(), known() * 0),
    "one class but for one image": (noise(), (np.arange(N) == 3).astype(int)[:, None]),
    "a class for each image": (noise(), np.arange(N)[:, None]),
    "nothing told": (noise(), known()),
    "tiny": (1e-200 * noise(), known()),
    "huge": (1e150 * noise(), known()),
    "not finite": (np.where(noise() > 2, np.nan, noise()), known()),
    "no codes": (np.zeros((N, 0)), known()),
    "three images": (noise()[:3], known()[:3]),
    "an image": (noise()[:1], known()[:1]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", METRICS)
def test_a_number_or_a_named_reason(name: str, case: str) -> None:
    codes, factors = CASES[case]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = METRICS[name](codes, factors)
    assert found
    for key, value in found.items():
        assert isinstance(value, float)
        assert math.isfinite(value) != (key in found.reasons), key
    assert all(found.reasons.values())
    assert found.reasons.keys() <= found.keys()
    assert METRICS[name](codes, factors).known == found.known, "seeded"


def test_dead_codes_beside_others_change_what_the_definitions_say_and_no_more() -> None:
    codes, factors = known().astype(float), known()
    more = np.concatenate([codes, np.zeros((N, 2))], 1)
    for name in ("mig", "irs", "sap_continuous", "infomec"):
        assert METRICS[name](more, factors) == pytest.approx(
            METRICS[name](codes, factors), nan_ok=True
        )
    name = "modularity_explicitness"
    before, after = METRICS[name](codes, factors), METRICS[name](more, factors)
    assert after["modularity"] == pytest.approx(before["modularity"] / 2)
    assert after["explicitness_test"] == pytest.approx(before["explicitness_test"])
    assert votes(more, factors) == votes(codes, factors)


def test_what_has_no_answer_says_why() -> None:
    lone = METRICS["infomec"](one_alive(), known())
    assert lone.reasons["infoc"] == "only one code is active"
    single = METRICS["infomec"](noise(), known(1))
    assert single.reasons["infom"] == "only one factor takes two values in these images"
    assert udr([noise()]).reasons == {"udr_0": "there is no other model to compare it with"}
    assert set(mig(noise(), known() * 0).reasons.values()) == {
        "no factor takes two values in these images"
    }
