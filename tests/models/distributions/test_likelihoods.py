"""The Bernoulli log-likelihood against ``torch.distributions`` and by hand."""

import math

import pytest
import torch

from models.distributions.likelihoods import bernoulli_log_likelihood


def test_binary_images_agree_with_torch_distributions() -> None:
    generator = torch.Generator().manual_seed(0)
    mean = torch.rand((4, 3, 5, 6), generator=generator, dtype=torch.float64)
    image = torch.bernoulli(mean, generator=generator)
    reference = torch.distributions.Bernoulli(mean).log_prob(image).sum((1, 2, 3))
    torch.testing.assert_close(bernoulli_log_likelihood(image, mean), reference)


def test_grey_pixels_are_a_cross_entropy() -> None:
    image, mean = torch.full((1, 1, 1, 2), 0.25), torch.full((1, 1, 1, 2), 0.5)
    assert bernoulli_log_likelihood(image, mean).item() == pytest.approx(2 * math.log(0.5))
    by_hand = 0.25 * math.log(0.1) + 0.75 * math.log(0.9)
    one = bernoulli_log_likelihood(image[..., :1], torch.full((1, 1, 1, 1), 0.1))
    assert one.item() == pytest.approx(by_hand)


@pytest.mark.parametrize(("pixel", "mean"), [(1.0, 0.0), (0.0, 1.0)])
def test_a_certain_error_costs_the_logarithm_of_the_margin(pixel: float, mean: float) -> None:
    cost = bernoulli_log_likelihood(
        torch.full((1, 1, 1, 1), pixel, dtype=torch.float64),
        torch.full((1, 1, 1, 1), mean, dtype=torch.float64),
    )
    assert cost.item() == pytest.approx(math.log(1e-5))
