"""The weight gamma and its running means on sequences worked out by hand."""

import pytest
import torch
from torch import Tensor

from models.pairs.rodi.adaptive_weight import (
    AdaptiveWeight,
    RunningMean,
    excess,
    gap,
    released_gap,
)

RATE, START, LARGEST = 0.01, 1.0, 1000.0


def number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def moved(weight: AdaptiveWeight, drive: Tensor, active: float = 1.0) -> float:
    weight.update(drive, RATE, START, LARGEST, active)
    return weight.value(START).item()


def fresh() -> AdaptiveWeight:
    return AdaptiveWeight().double()


def test_rule_18_on_a_sequence_by_hand() -> None:
    weight = fresh()
    # Drives I_T' - I_T - b with b = 0.01: -0.41, 0.49, -1.51, 49.99; a hundredth of each is added.
    pairs = [(0.5, 0.1), (0.5, 1.0), (2.0, 0.5), (0.0, 50.0)]
    found = [moved(weight, gap(number(i_t), number(prime), 0.01)) for i_t, prime in pairs]
    assert found == pytest.approx([0.9959, 1.0008, 0.9857, 1.4856], abs=1e-12)


def test_the_released_rule_on_a_sequence_by_hand() -> None:
    weight = fresh()
    # Clamped to [0, 10], less b = 0.01: -0.01, 0.49, -0.01, 9.99, 0.19 (an estimate is 0 at least).
    pairs = [(0.5, 0.1), (0.5, 1.0), (2.0, 0.5), (0.0, 50.0), (-3.0, 0.2)]
    found = [moved(weight, released_gap(number(i_t), number(p), 0.01)) for i_t, p in pairs]
    assert found == pytest.approx([0.9999, 1.0048, 1.0047, 1.1046, 1.1065], abs=1e-12)


def test_without_a_bias_only_the_printed_rule_falls() -> None:
    """Variant c: T that sees more than T' lowers gamma in rule (18), and never as released."""
    assert moved(fresh(), gap(number(0.5), number(0.1), 0.0)) == pytest.approx(0.996, abs=1e-12)
    assert moved(fresh(), released_gap(number(0.5), number(0.1), 0.0)) == START


def test_rule_24_on_a_sequence_by_hand() -> None:
    weight = fresh()
    found = [moved(weight, excess(number(prime), 0.125)) for prime in (1.125, 0.0, 0.125)]
    assert found == pytest.approx([1.01, 1.00875, 1.00875], abs=1e-12)


def test_weight_starts_where_the_step_says() -> None:
    weight = fresh()
    assert weight.value(7.5) == 7.5
    weight.update(number(0.0), RATE, 7.5, LARGEST)
    assert weight.value(1.0).item() == 7.5


def test_weight_stays_between_0_and_its_bound() -> None:
    weight = fresh()
    weight.update(number(-500.0), RATE, START, LARGEST)
    assert weight.value(START).item() == 0.0
    for _ in range(3):
        weight.update(number(9.99), 1.0, START, 15.0)
    assert weight.value(START).item() == 15.0


def test_inactive_update_leaves_the_weight_and_the_start_is_kept() -> None:
    weight = fresh()
    assert moved(weight, number(3.0), active=0.0) == START
    assert moved(weight, number(3.0)) == pytest.approx(1.03, abs=1e-12)
    assert moved(weight, number(3.0), active=0.0) == pytest.approx(1.03, abs=1e-12)


def test_running_mean_is_free_of_its_start() -> None:
    mean = RunningMean().double()
    assert mean.update(number(4.0)).item() == pytest.approx(4.0, abs=1e-12)
    # (0.99 * 4 + 1) / (0.99 + 1), the weighted mean of 4 and 1.
    assert mean.update(number(1.0)).item() == pytest.approx(4.96 / 1.99, abs=1e-12)
    values = torch.rand(50, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mean = RunningMean().double()
    found = [mean.update(value) for value in values][-1]
    weights = 0.99 ** torch.arange(49, -1, -1, dtype=torch.float64)
    torch.testing.assert_close(found, (weights * values).sum() / weights.sum())
