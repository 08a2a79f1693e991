"""The constraint's term and its multiplier against closed forms (equations 22 and 23)."""

import pytest
import torch
from torch import Tensor

from models.pairs.rodi.augmented_lagrangian import Multiplier, penalty

EPSILON, MU = 0.125, 0.1


def number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def term_and_slope(excess: float, multiplier: float) -> tuple[float, float]:
    estimate = number(EPSILON + excess).requires_grad_()
    term = penalty(estimate, number(multiplier), EPSILON, MU)
    (slope,) = torch.autograd.grad(term, estimate)
    return term.item(), slope.item()


def test_term_is_continuous_and_flat_at_its_kink() -> None:
    """With lambda = 0.3 and mu = 0.1 the kink is at an excess of -3; the term there is -0.45."""
    for excess in (-3 - 1e-9, -3 + 1e-9):
        term, slope = term_and_slope(excess, 0.3)
        assert term == pytest.approx(-0.45, abs=1e-12)
        assert slope == pytest.approx(0, abs=1e-9)
    assert term_and_slope(-50, 0.3) == pytest.approx((-0.45, 0.0), abs=1e-12)


def test_active_term_by_hand() -> None:
    assert term_and_slope(2.0, 0.3) == pytest.approx((0.3 * 2 + 0.05 * 4, 0.3 + 0.2), abs=1e-12)
    assert term_and_slope(-1.0, 0.3) == pytest.approx((-0.3 + 0.05, 0.3 - 0.1), abs=1e-12)


def test_without_multiplier_only_an_excess_counts() -> None:
    assert term_and_slope(-1.0, 0.0) == (0.0, 0.0)
    assert term_and_slope(1.0, 0.0) == pytest.approx((0.05, 0.1), abs=1e-12)


def test_multiplier_on_a_sequence_by_hand() -> None:
    multiplier = Multiplier().double()
    found = []
    for estimate in (0.225, 0.0, 1.125, 0.125):
        multiplier.update(number(estimate), EPSILON, MU)
        found.append(multiplier.value.item())
    assert found == pytest.approx([0.01, 0.0, 0.1, 0.1], abs=1e-12)


def test_inactive_update_leaves_the_multiplier() -> None:
    multiplier = Multiplier().double()
    multiplier.update(number(1.125), EPSILON, MU)
    multiplier.update(number(1.125), EPSILON, MU, active=0.0)
    assert multiplier.value.item() == pytest.approx(0.1, abs=1e-12)
