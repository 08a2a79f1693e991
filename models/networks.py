"""The multilayer perceptrons of the methods, with torch's default initialisation."""

from itertools import pairwise
from typing import Annotated

import torch
import torch.nn.functional as F
from annotated_types import Ge
from torch import Tensor, nn

from models.gaussian import DiagonalGaussian

Widths = tuple[Annotated[int, Ge(1)], ...]
"""Hidden widths of a multilayer perceptron, from input to output."""

LEAKY_SLOPE = 0.1
"""Slope of LeakyReLU (VITAE, supplement, Section 2: alpha = 0.1)."""

VARIANCE_FLOOR = 1e-5
"""Added to every posterior variance, as VITAE's released code does where it takes a logarithm.

Without it softplus underflows to 0 at high learning rates, the KL term is infinite, and a trial
would diverge for a reason of arithmetic alone. Added to the variance itself, rather than in the
logarithm, it leaves the bound a bound.
"""


def mlp(n_inputs: int, widths: Widths, n_outputs: int) -> nn.Sequential:
    """Return linear layers of the given hidden widths, LeakyReLU(0.1) between, linear output."""
    layers: list[nn.Module] = []
    for before, after in pairwise((n_inputs, *widths)):
        layers += [nn.Linear(before, after), nn.LeakyReLU(LEAKY_SLOPE)]
    return nn.Sequential(*layers, nn.Linear((n_inputs, *widths)[-1], n_outputs))


class GaussianEncoder(nn.Module):
    """Image to diagonal Gaussian, by separate networks for mean and variance (VITAE, Table 1).

    Args:
        n_pixels: values in one image, all channels counted.
        widths: hidden widths of each of the two networks.
        d: dimension of the code.
    """

    def __init__(self, n_pixels: int, widths: Widths, d: int) -> None:
        super().__init__()
        self.mean = mlp(n_pixels, widths, d)
        self.variance = mlp(n_pixels, widths, d)

    def forward(self, image: Tensor) -> DiagonalGaussian:
        """Map ``[B, C, H, W]`` to a Gaussian over ``[B, d]``."""
        flat = image.flatten(1)
        variance = F.softplus(self.variance(flat)) + VARIANCE_FLOOR
        return DiagonalGaussian(self.mean(flat), variance)


class ImageDecoder(nn.Module):
    """Code to the mean of each pixel (VITAE, Table 1).

    Args:
        d: dimension of the code.
        widths: hidden widths.
        image_shape: ``(channels, height, width)``.
    """

    def __init__(self, d: int, widths: Widths, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, height, width = image_shape
        self.layers = mlp(d, widths, channels * height * width)
        self.image_shape = image_shape

    def forward(self, z: Tensor) -> Tensor:
        """Map ``[B, d]`` to ``[B, C, H, W]`` in ``[0, 1]``."""
        return torch.unflatten(self.layers(z).sigmoid(), 1, self.image_shape)
