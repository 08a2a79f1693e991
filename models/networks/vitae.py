"""The encoders and decoders of the methods, with torch's default initialisation."""

import math
from itertools import pairwise
from typing import Annotated, Literal

import torch.nn.functional as F
from annotated_types import Ge
from torch import Tensor, nn

from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.networks.convolutions import conv_decoder, conv_encoder, leaky_relu

Widths = tuple[Annotated[int, Ge(1)], ...]
"""Hidden widths of a multilayer perceptron, from input to output."""

Network = Literal["mlp", "conv"]
"""The kinds of networks between images and codes (VITAE, Tables 1 and 3; Table 4)."""

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
        layers += [nn.Linear(before, after), leaky_relu()]
    return nn.Sequential(*layers, nn.Linear((n_inputs, *widths)[-1], n_outputs))


class GaussianEncoder(nn.Module):
    """Image to diagonal Gaussian, by separate networks for mean and variance (VITAE, Table 1).

    Args:
        network: kind of the two networks.
        image_shape: ``(channels, height, width)``.
        widths: hidden widths of each multilayer perceptron; convolutions have those of Table 4.
        d: dimension of the code.

    Raises:
        ValueError: convolutions cannot halve the image's sides.
    """

    def __init__(
        self, network: Network, image_shape: tuple[int, int, int], widths: Widths, d: int
    ) -> None:
        super().__init__()
        self.mean = _encoder(network, image_shape, widths, d)
        self.variance = _encoder(network, image_shape, widths, d)

    def forward(self, image: Tensor) -> DiagonalGaussian:
        """Map ``[B, C, H, W]`` to a Gaussian over ``[B, d]``."""
        variance = F.softplus(self.variance(image)) + VARIANCE_FLOOR
        return DiagonalGaussian(self.mean(image), variance)


def image_decoder(
    network: Network, d: int, widths: Widths, image_shape: tuple[int, int, int], squash: bool
) -> nn.Sequential:
    """Return a network from codes ``[B, d]`` to pixel means ``[B, C, H, W]``.

    Args:
        network: its kind.
        d: dimension of the code.
        widths: hidden widths of a multilayer perceptron; convolutions have those of Table 4.
        image_shape: ``(channels, height, width)``.
        squash: end in a sigmoid, so that means are in ``[0, 1]``; convolutions always do.

    Raises:
        ValueError: convolutions cannot double their way to the image's sides.
    """
    if network == "conv":
        return conv_decoder(d, image_shape)
    layers = mlp(d, widths, math.prod(image_shape))
    end = [nn.Sigmoid()] if squash else []
    return nn.Sequential(*layers, *end, nn.Unflatten(1, image_shape))


def _encoder(
    network: Network, image_shape: tuple[int, int, int], widths: Widths, d: int
) -> nn.Sequential:
    if network == "conv":
        return conv_encoder(image_shape, d)
    return nn.Sequential(nn.Flatten(), *mlp(math.prod(image_shape), widths, d))
