"""Codes whose squares single precision cannot hold score as the same codes made smaller."""

import numpy as np
import pytest

from harness.metrics.disentanglement.classifiers import standardised
from harness.metrics.disentanglement.irs import irs


def made_up() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    factors = rng.integers(0, 4, (300, 2))
    return (factors + 0.1 * rng.standard_normal((300, 2))).astype(np.float32), factors


def test_irs_does_not_change_with_the_size_of_codes() -> None:
    codes, factors = made_up()
    large = irs(codes * np.float32(1e25), factors)
    assert large["irs"] == pytest.approx(irs(codes, factors)["irs"], abs=1e-5)


def test_irs_is_never_below_zero() -> None:
    rng = np.random.default_rng(1)
    scores = [
        irs(rng.standard_normal((12, 2)), rng.integers(0, 2, (12, 1)), quantile=1)["irs"]
        for _ in range(200)
    ]
    assert min(scores) >= 0


def test_large_codes_are_scaled_to_deviation_one() -> None:
    codes, _ = made_up()
    large = codes * np.float32(1e25)
    assert standardised(large)(large).std(0) == pytest.approx([1, 1], abs=1e-3)
