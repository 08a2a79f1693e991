"""The diagonal Gaussian against closed forms, Monte Carlo and ``torch.distributions``."""

import math

import pytest
import torch
from torch.distributions import Independent, Normal

from models.distributions.diagonal_gaussian import DiagonalGaussian

EXAMPLE = DiagonalGaussian(
    torch.tensor([[0.3, -1.2]], dtype=torch.float64),
    torch.tensor([[0.5, 2.0]], dtype=torch.float64),
)


def test_kl_in_closed_form_and_by_monte_carlo() -> None:
    by_hand = 0.5 * (0.09 + 0.5 - 1 - math.log(0.5)) + 0.5 * (1.44 + 2 - 1 - math.log(2))
    assert EXAMPLE.kl().item() == pytest.approx(by_hand, abs=1e-12)
    assert by_hand == pytest.approx(1.015, abs=1e-12)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(200_000, 2, generator=generator, dtype=torch.float64)
    z = EXAMPLE.sample(noise)
    prior = DiagonalGaussian(torch.zeros(1, 2), torch.ones(1, 2))
    log_ratio = EXAMPLE.log_density(z) - prior.log_density(z)
    standard_error = log_ratio.std().item() / math.sqrt(len(z))
    # Five standard errors: a right estimate fails for one seed in two million.
    assert log_ratio.mean().item() == pytest.approx(by_hand, abs=5 * standard_error)
    assert standard_error < 0.01


def test_kl_sums_dimensions_and_vanishes_at_the_prior() -> None:
    mean, variance = torch.zeros(3, 5), torch.ones(3, 5)
    assert torch.equal(DiagonalGaussian(mean, variance).kl(), torch.zeros(3))
    mean[1] = 2.0
    assert DiagonalGaussian(mean, variance).kl().tolist() == [0.0, 10.0, 0.0]


def test_log_density_is_that_of_torch_distributions() -> None:
    z = torch.randn(7, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    reference = Independent(Normal(EXAMPLE.mean, EXAMPLE.variance.sqrt()), 1)
    torch.testing.assert_close(EXAMPLE.log_density(z), reference.log_prob(z))


def test_sample_scales_noise_by_the_standard_deviation() -> None:
    gaussian = DiagonalGaussian(torch.tensor([[1.0, -1.0]]), torch.tensor([[4.0, 0.25]]))
    noise = torch.tensor([[1.0, 2.0]])
    assert gaussian.sample(noise).tolist() == [[3.0, 0.0]]
