"""The Gaussian with a full covariance against ``torch.distributions``."""

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, kl_divergence

from models.distributions.full_gaussian import FullGaussian, full_gaussian_of, full_gaussian_size

D = 5


@pytest.fixture
def numbers() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, full_gaussian_size(D), generator=generator, dtype=torch.float64)


def reference(found: FullGaussian) -> MultivariateNormal:
    return MultivariateNormal(found.mean, scale_tril=found.factor)


def test_kl_is_that_of_torch_distributions(numbers: Tensor) -> None:
    found = full_gaussian_of(numbers, D)
    prior = MultivariateNormal(
        torch.zeros(D, dtype=torch.float64), torch.eye(D, dtype=torch.float64)
    )
    torch.testing.assert_close(found.kl(), kl_divergence(reference(found), prior))


def test_variances_are_those_of_torch_distributions(numbers: Tensor) -> None:
    found = full_gaussian_of(numbers, D)
    torch.testing.assert_close(found.variance, reference(found).variance)


def test_samples_have_the_covariance(numbers: Tensor) -> None:
    found = full_gaussian_of(numbers[:1], D)
    noise = torch.randn(200_000, D, generator=torch.Generator().manual_seed(1)).double()
    drawn = FullGaussian(
        found.mean.expand(len(noise), D), found.factor.expand(len(noise), D, D)
    ).sample(noise)
    expected = reference(found).covariance_matrix[0]
    # A covariance's standard error is at most sqrt(2 / n) of the variances' product: 0.3 %.
    scale = found.variance[0].sqrt()
    assert ((drawn.T.cov() - expected) / (scale[:, None] * scale)).abs().max() < 0.016
    assert ((drawn.mean(0) - found.mean[0]) / scale).abs().max() < 0.012


def test_numbers_fill_the_factor_row_by_row() -> None:
    numbers = torch.tensor([[1.0, 2.0, 3.0, 0.0, 10.0, 0.5, 20.0, 30.0, -0.5]])
    found = full_gaussian_of(numbers, 3)
    assert found.mean.tolist() == [[1.0, 2.0, 3.0]]
    root = 2**0.5
    expected = torch.tensor(
        [
            [1.0, 0, 0],
            [10.0, torch.tensor(0.5).exp(), 0],
            [20 / root, 30 / root, torch.tensor(-0.5).exp()],
        ]
    )
    torch.testing.assert_close(found.factor[0], expected)


def test_prior_has_no_divergence() -> None:
    found = full_gaussian_of(torch.zeros(2, full_gaussian_size(D)), D)
    assert found.kl().tolist() == [0.0, 0.0]
