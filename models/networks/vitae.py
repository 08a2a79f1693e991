"""The networks of VITAE and of the VAEs beside it (Detlefsen and Hauberg, 2019, Tables 1, 3 and 4).

Multilayer perceptrons, or convolutions for images of any size that can be halved, with torch's
default initialisation.
"""

import math
from itertools import pairwise
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from models.choices import Network, Widths
from models.distributions.diagonal_gaussian import DiagonalGaussian
from models.networks.semix import Normalised

VARIANCE_FLOOR = 1e-5
"""Added to every posterior variance, as VITAE's released code does where it takes a logarithm.

Without it softplus underflows to 0 at high learning rates, the KL term is infinite, and a trial
would diverge for a reason of arithmetic alone. Added to the variance itself, rather than in the
logarithm, it leaves the bound a bound.
"""

LEAKY_SLOPE = 0.1
"""Slope of LeakyReLU (VITAE, supplement, Section 2: alpha = 0.1)."""

_CODE_CHANNELS = 40
_ENCODER = ((10, 5), (20, 5), (_CODE_CHANNELS, 3))
"""Filters and filter size of each layer of Table 4's encoder; all strides are 2."""
_DECODER = ((_CODE_CHANNELS, 3), (20, 3), (10, 5))
_LAST_SIZE = 5  # of the decoder's fourth layer, which gives the image's channels


def mlp(n_inputs: int, widths: Widths, n_outputs: int, slope: float = LEAKY_SLOPE) -> nn.Sequential:
    """Return linear layers of the given hidden widths, LeakyReLU(slope) between, linear output."""
    layers: list[nn.Module] = []
    for before, after in pairwise((n_inputs, *widths)):
        layers += [nn.Linear(before, after), nn.LeakyReLU(slope)]
    return nn.Sequential(*layers, nn.Linear((n_inputs, *widths)[-1], n_outputs))


class GaussianEncoder(nn.Module):
    """Maps images to diagonal Gaussians, by networks for mean and variance (VITAE, Table 1).

    Args:
        network: kind of the two networks.
        image_shape: ``(channels, height, width)``.
        widths: hidden widths of each multilayer perceptron; convolutions have those of Table 4.
        d: dimension of the code.
        slope: of LeakyReLU.
        normalise: begin each network with BatchNorm over its pixels, or channels.

    Raises:
        ValueError: convolutions cannot halve the image's sides.
    """

    def __init__(
        self,
        network: Network,
        image_shape: tuple[int, int, int],
        widths: Widths,
        d: int,
        *,
        slope: float = LEAKY_SLOPE,
        normalise: bool = False,
    ) -> None:
        super().__init__()
        options: Any = {"slope": slope, "normalise": normalise}
        self.mean = _encoder(network, image_shape, widths, d, **options)
        self.variance = _encoder(network, image_shape, widths, d, **options)

    def forward(self, image: Tensor) -> DiagonalGaussian:
        """Map ``[B, C, H, W]`` to a Gaussian over ``[B, d]``."""
        variance = F.softplus(self.variance(image)) + VARIANCE_FLOOR
        return DiagonalGaussian(self.mean(image), variance)


def image_decoder(
    network: Network,
    d: int,
    widths: Widths,
    image_shape: tuple[int, int, int],
    squash: bool,
    *,
    slope: float = LEAKY_SLOPE,
) -> nn.Sequential:
    """Return a network from codes ``[B, d]`` to pixel means ``[B, C, H, W]``.

    Args:
        network: its kind.
        d: dimension of the code.
        widths: hidden widths of a multilayer perceptron; convolutions have those of Table 4.
        image_shape: ``(channels, height, width)``.
        squash: end in a sigmoid, so that means are in ``[0, 1]``; convolutions always do.
        slope: of LeakyReLU.

    Raises:
        ValueError: convolutions cannot double their way to the image's sides.
    """
    if network == "conv":
        return conv_decoder(d, image_shape, slope)
    layers = mlp(d, widths, math.prod(image_shape), slope)
    end = [nn.Sigmoid()] if squash else []
    return nn.Sequential(*layers, *end, nn.Unflatten(1, image_shape))


def conv_encoder(
    image_shape: tuple[int, int, int], d: int, slope: float = LEAKY_SLOPE
) -> nn.Sequential:
    """Return three convolutions that halve the image, and a linear layer to ``[B, d]``.

    Raises:
        ValueError: a side of the image is not divisible by 8.
    """
    before, height, width = image_shape
    _require_divisible(image_shape, 2 ** len(_ENCODER))
    layers: list[nn.Module] = []
    for filters, size in _ENCODER:
        layers += [nn.Conv2d(before, filters, size, 2, size // 2), nn.LeakyReLU(slope)]
        before = filters
    n_features = before * height * width // 4 ** len(_ENCODER)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(n_features, d))


def conv_decoder(
    d: int, image_shape: tuple[int, int, int], slope: float = LEAKY_SLOPE
) -> nn.Sequential:
    """Return a linear layer and four transposed convolutions from ``[B, d]`` to the image.

    The last ends in a sigmoid. Table 4 does not say how the code becomes an image: here it becomes
    40 channels of a sixteenth of the image's sides.

    Raises:
        ValueError: a side of the image is not divisible by 16.
    """
    channels, height, width = image_shape
    _require_divisible(image_shape, 2 ** (len(_DECODER) + 1))
    start = _CODE_CHANNELS, height // 16, width // 16
    layers: list[nn.Module] = [nn.Linear(d, start[0] * start[1] * start[2]), nn.Unflatten(1, start)]
    before = _CODE_CHANNELS
    for filters, size in _DECODER:
        layers += [_doubling(before, filters, size), nn.LeakyReLU(slope)]
        before = filters
    return nn.Sequential(*layers, _doubling(before, channels, _LAST_SIZE), nn.Sigmoid())


def _encoder(
    network: Network,
    image_shape: tuple[int, int, int],
    widths: Widths,
    d: int,
    *,
    slope: float,
    normalise: bool,
) -> nn.Sequential:
    begin: list[nn.Module] = []
    if network == "conv":
        begin += [nn.BatchNorm2d(image_shape[0])] if normalise else []
        return nn.Sequential(*begin, *conv_encoder(image_shape, d, slope))
    n_pixels = math.prod(image_shape)
    begin += [Normalised(n_pixels)] if normalise else []
    return nn.Sequential(nn.Flatten(), *begin, *mlp(n_pixels, widths, d, slope))


def _doubling(before: int, filters: int, size: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(before, filters, size, 2, size // 2, output_padding=1)


def _require_divisible(image_shape: tuple[int, int, int], by: int) -> None:
    _, height, width = image_shape
    if height % by or width % by:
        raise ValueError(
            f"network=conv needs images whose sides are divisible by {by}; these are "
            f"{height} x {width}. Use network=mlp or another size of the images."
        )
