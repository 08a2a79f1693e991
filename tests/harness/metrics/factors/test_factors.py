"""Metrics of known factors: ceilings of an oracle, chance of noise, and what they share."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.data.dataset import Dataset, Split
from harness.evaluation.scores import evaluate, scorable
from harness.methods import METHODS
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import boosting
from harness.metrics.disentanglement.pairs import beta_vae_of
from harness.metrics.factors.known import Sharing, discrete_factors, known
from harness.metrics.registry import METRIC_PATHS, metric_keys
from tests.harness.helpers.toys import MeanImage

SIZES = (3, 4, 5)
TIMES = 4
OF_FACTORS = [name for name, path in METRIC_PATHS.items() if ".metrics.factors." in path]
REFERENCES = ("oracle_codes", "random_codes")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for three factors, each of which a code tells exactly."""
    monkeypatch.setattr(boosting, "STAGES", 5)


@cache
def grid() -> Dataset:
    """Every combination of three factors, four times, in a random order; images are noise."""
    n = int(np.prod(SIZES)) * TIMES
    order = np.random.default_rng(0).permutation(n)
    digits = np.unravel_index(order % np.prod(SIZES), SIZES)
    named = {name: of.astype(np.int64) for name, of in zip("abc", digits, strict=True)}
    images = np.random.default_rng(1).integers(0, 256, (n, 1, 6, 6), dtype=np.uint8)
    split = Split(images, named)
    return Dataset(
        "grid", "procedural", split, split, appearance_factors=("a",), pose_factors=("b", "c")
    )


def data(of: Dataset | None = None, size: int = 100) -> EvaluationData:
    return EvaluationData(of or grid(), torch.device("cpu"), 8, test_batch_size=size)


def reference(name: str, seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    cls = METHODS.load(name)
    return cls(cls.Hyperparameters(), grid().spec)


@cache
def scores(name: str) -> dict[str, float]:
    return dict(evaluate(reference(name), data(), OF_FACTORS, seed=0))


CEILING = {
    "beta_vae_eval": 1,
    "factor_vae_eval": 1,
    "factor_vae_active_codes": 3,
    "mig": 1,
    "dci_disentanglement": 1,
    "dci_completeness": 1,
    "dci_informativeness_test": 1,
    "sap_continuous": 1,
    "modularity": 1,
    "irs_active_codes": 3,
    "infom": 1,
    "infoc": 1,
    "infoe": 1,
    "infomec_active_codes": 3,
}
"""Of an oracle: where a bin, a value and a code are one thing."""


@pytest.mark.parametrize("key", CEILING)
def test_an_oracle_has_the_ceiling(key: str) -> None:
    """Two thirds of the images are learned from, so that factors are not quite independent."""
    close = 0.05 if key in ("mig", "modularity", "sap_continuous", "infom", "infoc") else 1e-3
    assert scores("oracle_codes")[key] == pytest.approx(CEILING[key], abs=close)


CHANCE = {
    "beta_vae_eval": (1 / 3, 0.1),
    "dci_informativeness_test": (np.mean([1 / size for size in SIZES]), 0.15),
    "mig": (0, 0.1),
    "sap": (0, 0.1),
    "sap_continuous": (0, 0.05),
    "explicitness_test": (0.5, 0.1),
    "gaussian_total_correlation": (0, 0.4),
}


@pytest.mark.parametrize("key", CHANCE)
def test_noise_has_chance(key: str) -> None:
    expected, tolerance = CHANCE[key]
    assert scores("random_codes")[key] == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("name", OF_FACTORS)
def test_a_score_is_the_same_alone_and_with_others(name: str) -> None:
    for method in REFERENCES:
        alone = evaluate(reference(method), data(), [name], seed=0)
        together = {key: scores(method)[key] for key in metric_keys([name]) if key in alone}
        assert dict(alone) == together
        assert alone, "scored"


class Counts(MeanImage):
    """Counts how often each image is encoded."""

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        self.seen.update(each.numpy().tobytes() for each in image)
        return {"latent": image.flatten(1)[:, :3]}


def test_an_evaluation_encodes_each_image_once_and_the_next_one_again() -> None:
    method = Counts(Counts.Hyperparameters(), grid().spec)
    asked = [*OF_FACTORS, "factor_scores"]
    given = data()
    for _ in range(2):
        method.seen = Counter()
        evaluate(method, given, asked, seed=0)
        assert method.seen.total() == len(grid().test)
        assert set(method.seen.values()) == {1}


def test_a_score_does_not_depend_on_who_encoded_first() -> None:
    """Codes of the first few images are those of the same batches, however many are asked for."""
    method = Counts(Counts.Hyperparameters(), grid().spec)
    method.seen = Counter()
    for asked in (["mig", "factor_scores"], ["factor_scores", "mig"]):
        found = evaluate(method, data(size=7), asked, seed=0)
        for name in asked:
            alone = evaluate(method, data(size=7), [name], seed=0)
            assert {key: found[key] for key in alone} == dict(alone)


def test_references_are_scored_on_codes_alone() -> None:
    for name in REFERENCES:
        applied = scorable(reference(name), METRIC_PATHS, grid())
        assert set(OF_FACTORS) | {"factor_scores", "appearance_probe"} == set(applied) - {"seconds"}


def test_images_to_learn_from_and_to_test_on_are_others() -> None:
    codes = known(reference("oracle_codes"), data()).both
    assert [len(part) for part in codes] == [160, 160, 80, 80]
    many = known(reference("random_codes"), data())
    rows = np.concatenate([many.codes_train, many.codes_test])
    assert len(np.unique(rows, axis=0)) == 240, "no image twice"
    scaled = codes[0] + 0.5
    assert scaled == pytest.approx(codes[1] / (np.array(SIZES) - 1))


def test_continuous_factors_are_cut_into_quantiles() -> None:
    values = np.random.default_rng(0).normal(size=240).astype(np.float32)
    numbers = np.arange(240)
    factors = {**grid().test.factors, "a": values, "b": numbers}
    of = replace(grid(), test=Split(grid().test.images, factors))
    cut = discrete_factors(of)
    assert np.bincount(cut[:, 0]).tolist() == [24] * 10
    assert np.bincount(cut[:, 1]).tolist() == [24] * 10, "as many values as images"
    assert (np.argsort(values, kind="stable") == np.lexsort((values, cut[:, 0]))).all()


def test_drawn_images_share_the_factor_asked_for() -> None:
    factors = discrete_factors(grid())
    sharing, rng = Sharing(factors.astype(float), factors), np.random.default_rng(0)
    for factor in range(3):
        first, second = sharing.pairs(factor, rng)
        assert (first[:, factor] == second[:, factor]).all()
        others = [other for other in range(3) if other != factor]
        assert (first[:, others] != second[:, others]).any(0).all()
        (batch,) = sharing.batch(factor, rng)
        assert np.ptp(batch[:, factor]) == 0
        assert (np.ptp(batch[:, others], axis=0) > 0).all()


def test_pairs_that_share_nothing_are_not_told_apart() -> None:
    codes = np.random.default_rng(0).normal(size=(300, 2))

    def draw(factor: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return codes[rng.integers(300, size=64)], codes[rng.integers(300, size=64)]

    found = beta_vae_of(draw, 2, rng=np.random.default_rng(0), num_train=300, num_eval=300)
    assert found["beta_vae_eval"] == pytest.approx(0.5, abs=0.12)


def test_a_reason_takes_the_place_of_a_number() -> None:
    one = replace(grid(), appearance_factors=(), pose_factors=("b",))
    found = evaluate(reference("oracle_codes"), data(one), ["dci", "downstream"], seed=0)
    assert "dci_disentanglement" not in found
    assert found.why_not.startswith("dci_disentanglement: only one factor takes two values")
    assert "downstream_10000: there are only 160 labelled images" in found.why_not
