"""What a decoder's output says of an image: log-likelihoods, in nats per image."""

from torch import Tensor

MEAN_MARGIN = 1e-5
"""Bernoulli means stay this far from 0 and 1, as in the released code of VITAE."""


def bernoulli_log_likelihood(image: Tensor, mean: Tensor) -> Tensor:
    """Return ``sum_i x_i log m_i + (1 - x_i) log(1 - m_i)`` of each image, ``[B]`` in nats.

    Args:
        image: ``[B, C, H, W]`` in ``[0, 1]``. Grey values are allowed: the sum is then a
            cross-entropy, which the VITAE paper (and most of the field) reports all the same.
        mean: ``[B, C, H, W]`` in ``[0, 1]``, clamped to ``[1e-5, 1 - 1e-5]``.
    """
    mean = mean.clamp(MEAN_MARGIN, 1 - MEAN_MARGIN)
    per_pixel = image * mean.log() + (1 - image) * (1 - mean).log()
    return per_pixel.flatten(1).sum(1)
