"""The adversarial losses against their closed forms and torch's own."""

import math

import pytest
import torch
import torch.nn.functional as F

from models.adversarial.losses import (
    cross_entropy,
    discriminator_loss,
    flipped,
    generator_loss,
)

NOT, FLIPPED = torch.tensor(0.0), torch.tensor(1.0)


def logits(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("flip", [NOT, FLIPPED])
def test_at_chance_both_losses_are_ln_2(flip: torch.Tensor) -> None:
    zeros = torch.zeros(7, 1, dtype=torch.float64)
    assert float(discriminator_loss([(zeros, zeros)], flip)) == math.log(2)
    assert float(generator_loss([zeros])) == math.log(2)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_cross_entropy_is_that_of_torch_and_does_not_overflow(label: float) -> None:
    x = logits(50)
    expected = F.binary_cross_entropy_with_logits(x, torch.full_like(x, label))
    torch.testing.assert_close(cross_entropy(x, label), expected)
    assert cross_entropy(torch.tensor([800.0]), 0.0) == 800
    assert cross_entropy(torch.tensor([800.0]), 1.0) == 0


def test_the_discriminators_loss_is_the_mean_of_two_means() -> None:
    """Real and generated examples weigh alike, however many there are of each."""
    real, fake = logits(4, 1), logits(9, 1, seed=1)
    by_hand = (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2
    torch.testing.assert_close(discriminator_loss([(real, fake)], NOT), by_hand)
    torch.testing.assert_close(generator_loss([fake]), F.softplus(-fake).mean())


def test_flipped_labels_exchange_real_and_generated() -> None:
    real, fake = logits(6), logits(6, seed=1)
    straight = discriminator_loss([(real, fake)], NOT)
    assert discriminator_loss([(fake, real)], FLIPPED) == straight
    assert discriminator_loss([(real, fake)], FLIPPED) != straight


def test_discriminators_weigh_alike_whatever_the_number_of_their_patches() -> None:
    patches, one = (logits(2, 1, 4, 4), logits(2, 1, 4, 4, seed=1)), (logits(2), logits(2, seed=1))
    losses = [discriminator_loss([each], NOT) for each in (patches, one)]
    torch.testing.assert_close(discriminator_loss([patches, one], NOT), sum(losses) / 2)
    fooled = [generator_loss([each[1]]) for each in (patches, one)]
    torch.testing.assert_close(generator_loss([patches[1], one[1]]), sum(fooled) / 2)


def test_labels_are_flipped_as_often_as_asked() -> None:
    """Over 1e5 steps the standard error of 0.05 is 0.0007."""
    uniform = torch.rand(100_000, generator=torch.Generator().manual_seed(0))
    assert abs(float(flipped(uniform, 0.05).mean()) - 0.05) < 0.003
    assert not flipped(uniform, 0.0).any()
    assert flipped(uniform, 1.0).all()
