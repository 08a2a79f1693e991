"""The networks of SemiX (Liu et al., 2020), in three sizes.

``paper`` has ResNet-50 for images of people and ResNet-18 for photographs and sketches; the widths
of the other networks are proposals, as the paper prints none. ``small`` and ``tiny`` are ours:
four strided convolutions as encoders, and narrower decoders and perceptrons.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.choices import NetworkSize
from models.networks.residual import halvings
from models.networks.resnet import DEPTHS_50, STAGES, Bottleneck, ResNet, load_trunk


@dataclass(frozen=True)
class _Sizes:
    """Widths of all networks of a size.

    Attributes:
        encoder: channels of the convolutions from an image; None is a ResNet.
        pose_maps: channels of the decoder of people: of its first maps, and after each doubling.
        sketch_maps: the same of photographs and sketches.
        hidden: width of the perceptrons' three layers.
    """

    encoder: tuple[int, ...] | None
    pose_maps: tuple[int, ...]
    sketch_maps: tuple[int, ...]
    hidden: int


_SIZES: dict[NetworkSize, _Sizes] = {
    "tiny": _Sizes((8, 16, 16, 16), (16, 8, 8, 8, 8), (16, 8, 8, 8, 8), 32),
    "small": _Sizes((16, 32, 64, 128), (64, 32, 16, 8, 8), (64, 32, 16, 8, 8), 256),
    "paper": _Sizes(None, (256, 256, 128, 64, 32), (512, 256, 128, 64, 32, 32), 1024),
}
_LEAST_SIDE = 2
_DEPTH = 3


class ConvEncoder(nn.Module):
    """Maps images ``[B, C, H, W]`` to ``[B, n_outputs]`` by strided convolutions and one layer.

    As of a ResNet, ``fc`` is the last layer and ``features`` is what it reads.

    Raises:
        ValueError: the image's sides cannot be halved.
    """

    def __init__(
        self, image_shape: tuple[int, int, int], widths: tuple[int, ...], n_outputs: int
    ) -> None:
        super().__init__()
        channels, height, width = image_shape
        n = halvings(image_shape, _LEAST_SIDE, len(widths))
        layers: list[nn.Module] = []
        for before, after in pairwise((channels, *widths[:n])):
            convolution = nn.Conv2d(before, after, 4, 2, 1, bias=False)
            layers += [convolution, nn.BatchNorm2d(after), nn.ReLU()]
        self.trunk = _fast(nn.Sequential(*layers, nn.Flatten()))
        self.fc = nn.Linear(widths[n - 1] * (height >> n) * (width >> n), n_outputs)

    def features(self, image: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` to the numbers ``[B, n]`` that the last layer reads."""
        numbers: Tensor = self.trunk(image)
        return numbers

    def forward(self, image: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` to ``[B, n_outputs]``."""
        numbers: Tensor = self.fc(self.features(image))
        return numbers


class Normalised(nn.BatchNorm1d):
    """BatchNorm that takes a batch of one row, which has no variance, by running statistics."""

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, n]`` to the same shape."""
        if self.training and len(x) == 1:
            return F.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
        return super().forward(x)


def person_encoder(
    size: NetworkSize, image_shape: tuple[int, int, int], n_outputs: int, weights: str = ""
) -> ResNet | ConvEncoder:
    """Return ResNet-50 from images in ``[-1, 1]`` to ``[B, n_outputs]``, or ours.

    Args:
        size: of the network.
        image_shape: ``(channels, height, width)``.
        n_outputs: width of its last layer.
        weights: a file of torchvision's weights to start ``paper`` from; "" is none.

    Raises:
        ValueError: the file cannot be used, or the network is no ResNet.
    """
    return _encoder(size, image_shape, n_outputs, weights, (STAGES, DEPTHS_50, Bottleneck))


def picture_encoder(
    size: NetworkSize, image_shape: tuple[int, int, int], n_outputs: int, weights: str = ""
) -> ResNet | ConvEncoder:
    """Return ResNet-18 from pictures to ``[B, n_outputs]``, or ours; see ``person_encoder``."""
    return _encoder(size, image_shape, n_outputs, weights, ())


def _encoder(
    size: NetworkSize,
    image_shape: tuple[int, int, int],
    n_outputs: int,
    weights: str,
    kind: tuple[Any, ...],
) -> ResNet | ConvEncoder:
    """Return a ResNet of a kind, with weights that are asked for, or ours where it is smaller."""
    widths = _SIZES[size].encoder
    if widths is None:
        network = ResNet(image_shape[0], n_outputs, *kind)
        if weights:
            load_trunk(network, weights)
        return network
    if weights:
        raise ValueError(f"{weights} holds weights of a ResNet: only network=paper has one")
    return ConvEncoder(image_shape, widths, n_outputs)


def person_decoder(size: NetworkSize, d: int, image_shape: tuple[int, int, int]) -> nn.Sequential:
    """Return the decoder from codes ``[B, d]`` to images of people, with a tanh."""
    return _decoder(_SIZES[size].pose_maps, d, image_shape, nn.Tanh())


def picture_decoder(
    size: NetworkSize, d: int, image_shape: tuple[int, int, int], end: nn.Module
) -> nn.Sequential:
    """Return the decoder from codes ``[B, d]`` to photographs or sketches, with a last module."""
    return _decoder(_SIZES[size].sketch_maps, d, image_shape, end)


def joints_encoder(size: NetworkSize, shape: tuple[int, ...], n_outputs: int) -> nn.Sequential:
    """Return three layers and a linear one from ``[B, *shape]`` to ``[B, n_outputs]``."""
    hidden = _SIZES[size].hidden
    return nn.Sequential(
        nn.Flatten(), *_layers(math.prod(shape), hidden), nn.Linear(hidden, n_outputs)
    )


def joints_decoder(size: NetworkSize, d: int, shape: tuple[int, ...]) -> nn.Sequential:
    """Return three layers and a linear one from codes ``[B, d]`` to ``[B, *shape]``."""
    hidden = _SIZES[size].hidden
    last = nn.Linear(hidden, math.prod(shape))
    return nn.Sequential(*_layers(d, hidden), last, nn.Unflatten(1, shape))


def _layers(before: int, hidden: int) -> list[nn.Module]:
    """Return the paper's three repetitions of a linear layer, BatchNorm and LeakyReLU."""
    return [
        layer
        for width in (before, *[hidden] * (_DEPTH - 1))
        for layer in (nn.Linear(width, hidden), Normalised(hidden), nn.LeakyReLU())
    ]


def _decoder(
    maps: tuple[int, ...], d: int, image_shape: tuple[int, int, int], end: nn.Module
) -> nn.Sequential:
    """Return a linear layer, and as often as the sides allow {conv, BatchNorm, ReLU, upsampling}.

    Of smaller images the first of the doublings are left out.
    """
    channels, height, width = image_shape
    n = halvings(image_shape, _LEAST_SIDE, len(maps) - 1)
    first = maps[0], height >> n, width >> n
    layers: list[nn.Module] = [nn.Linear(d, math.prod(first)), nn.Unflatten(1, first)]
    for before, after in pairwise((maps[0], *maps[len(maps) - n :])):
        convolution = nn.Conv2d(before, after, 3, padding=1)
        layers += [convolution, nn.BatchNorm2d(after), nn.ReLU(), nn.Upsample(scale_factor=2)]
    layers += [nn.Conv2d(maps[-1], channels, 3, padding=1), end]
    return _fast(nn.Sequential(*layers))


def _fast(network: nn.Sequential) -> nn.Sequential:
    """Order weights in memory so that few channels are convolved twice as fast on a CPU."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            weight = module.weight.data
            module.weight.data = weight.contiguous(memory_format=torch.channels_last)
    return network
