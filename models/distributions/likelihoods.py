"""Log-likelihoods of images given the output of a decoder, in nats per image."""

import math

from torch import Tensor

from models.choices import LikelihoodName

MEAN_MARGIN = 1e-5
"""Bernoulli means stay this far from 0 and 1, as in the released code of VITAE."""


def bernoulli_log_likelihood(image: Tensor, mean: Tensor) -> Tensor:
    """Return ``sum_i x_i log m_i + (1 - x_i) log(1 - m_i)`` of each image, ``[B]`` in nats.

    Args:
        image: ``[B, C, H, W]`` in ``[0, 1]``. Grey values are allowed: the sum is then a
            cross-entropy and no log-likelihood; VITAE and most papers report it as one.
        mean: ``[B, C, H, W]`` in ``[0, 1]``, clamped to ``[1e-5, 1 - 1e-5]``.
    """
    mean = mean.clamp(MEAN_MARGIN, 1 - MEAN_MARGIN)
    per_pixel = image * mean.log() + (1 - image) * (1 - mean).log()
    return per_pixel.flatten(1).sum(1)


def gaussian_log_likelihood(image: Tensor, mean: Tensor, variance: float) -> Tensor:
    """Return ``sum_i log N(x_i; m_i, variance)`` of each image, ``[B]`` in nats.

    Args:
        image: ``[B, C, H, W]``.
        mean: ``[B, C, H, W]``, any real numbers.
        variance: of every pixel.
    """
    squared = (image - mean).square().flatten(1).sum(1)
    n_pixels = image[0].numel()
    return -0.5 * (squared / variance + n_pixels * math.log(2 * math.pi * variance))


def log_likelihood(name: LikelihoodName, image: Tensor, mean: Tensor, variance: float) -> Tensor:
    """Return the log-likelihood ``[B]`` under the distribution of this name, in nats."""
    if name == "gaussian":
        return gaussian_log_likelihood(image, mean, variance)
    return bernoulli_log_likelihood(image, mean)
