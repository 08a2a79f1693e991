"""The networks of dVAE (Yang and Yao, 2019, Tables 1-3), in three sizes.

``paper`` has the published layers. ``small`` and ``tiny`` are ours: fewer channels, one block in
each stage of the ResNet, smaller perceptrons.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from torch import Tensor, nn

from models.choices import NetworkSize
from models.networks.residual import halvings
from models.networks.resnet import STAGES, ResNet, load_trunk


@dataclass(frozen=True)
class _Sizes:
    """Widths and depths of all networks of a size.

    Attributes:
        stages: channels of the ResNet's stages.
        blocks: residual blocks in each stage.
        maps: channels of the image decoder, from the code to the image.
        hidden: width of the perceptrons' layers.
        depth: number of their hidden layers.
    """

    stages: tuple[int, int, int, int]
    blocks: int
    maps: tuple[int, ...]
    hidden: int
    depth: int

    def widened(self, times: int) -> "_Sizes":
        """Return sizes with so many times the channels and widths."""
        first, second, third, fourth = self.stages
        stages = first * times, second * times, third * times, fourth * times
        maps = tuple(each * times for each in self.maps)
        return replace(self, stages=stages, maps=maps, hidden=self.hidden * times)


_SIZES: dict[NetworkSize, _Sizes] = {
    "tiny": _Sizes((8, 8, 16, 16), 1, (16, 8, 8, 8, 8), 32, 2),
    "small": _Sizes((16, 32, 64, 128), 1, (64, 32, 16, 16, 8), 256, 3),
    "paper": _Sizes(STAGES, 2, (128, 64, 32, 16, 8), 512, 5),
}
_FIRST_SIDE = 8
_POOLED_SIDE = 8


def image_encoder(
    size: NetworkSize,
    image_shape: tuple[int, int, int],
    n_outputs: int,
    weights: str = "",
    widening: int = 1,
) -> ResNet:
    """Return ResNet-18 from images ``[B, C, H, W]`` in ``[-1, 1]`` to ``[B, n_outputs]``.

    Args:
        size: of the network.
        image_shape: ``(channels, height, width)``.
        n_outputs: width of its last layer, in place of torchvision's 1000 classes.
        weights: a file of weights to start from (see ``resnet.load_trunk``); "" is a random
            initialisation.
        widening: how many times as wide as the size has them its layers are.

    Raises:
        ValueError: the file cannot be used.
    """
    sizes = _SIZES[size].widened(widening)
    network = ResNet(image_shape[0], n_outputs, sizes.stages, sizes.blocks)
    if weights:
        load_trunk(network, weights)
    return network


def vector_encoder(
    size: NetworkSize,
    shape: tuple[int, ...],
    n_outputs: int,
    feature_layer: bool,
    widening: int = 1,
) -> nn.Sequential:
    """Return Table 2's encoder from ``[B, *shape]`` to ``[B, n_outputs]``.

    The last row of the table is FC-(N512) without an activation; the table has no head.

    Args:
        size: of the network.
        shape: of the vector or matrix that is encoded.
        n_outputs: width of the head.
        feature_layer: whether that last row is a layer before the head, or the head itself.
        widening: see :func:`image_encoder`.
    """
    sizes = _SIZES[size].widened(widening)
    widths = math.prod(shape), *[sizes.hidden] * sizes.depth
    last = [nn.Linear(sizes.hidden, sizes.hidden)] if feature_layer else []
    head = nn.Linear(sizes.hidden, n_outputs)
    return nn.Sequential(nn.Flatten(), *_activated(widths), *last, head)


def vector_decoder(
    size: NetworkSize, d: int, shape: tuple[int, ...], widening: int = 1
) -> nn.Sequential:
    """Return Table 2's decoder from codes ``[B, d]`` to ``[B, *shape]``."""
    sizes = _SIZES[size].widened(widening)
    widths = d, *[sizes.hidden] * sizes.depth
    end = nn.Linear(sizes.hidden, math.prod(shape))
    return nn.Sequential(*_activated(widths), end, nn.Unflatten(1, shape))


class DVAEImageDecoder(nn.Module):
    """Maps codes ``[B, d]`` to images ``[B, C, H, W]`` in ``[-1, 1]`` (Table 1).

    A kernel of 5 with stride 2 and the printed padding of 1 gives 17, 35, 71, 143, 287 pixels and
    never 256. Padding 2 with output padding 1, "same" in DCGAN's code, doubles the sides each time.
    For images smaller than 256 the first of the doublings are left out.

    Args:
        size: of the network.
        d: dimension of the code.
        image_shape: ``(channels, height, width)``.
        widening: see :func:`image_encoder`.

    Raises:
        ValueError: the image's sides cannot be halved to 8 or more.
    """

    def __init__(
        self, size: NetworkSize, d: int, image_shape: tuple[int, int, int], widening: int = 1
    ) -> None:
        super().__init__()
        channels, height, width = image_shape
        maps = _SIZES[size].widened(widening).maps
        n = halvings(image_shape, _FIRST_SIDE, len(maps))
        first = maps[0], height // 2**n, width // 2**n
        layers: list[nn.Module] = [nn.Linear(d, math.prod(first)), nn.Unflatten(1, first)]
        layers.append(nn.BatchNorm2d(maps[0]))
        widths = maps[0], *maps[len(maps) - n + 1 :]
        for before, after in pairwise(widths):
            layers += [_doubling(before, after), nn.BatchNorm2d(after), nn.ReLU()]
        self.trunk = nn.Sequential(*layers)
        self.image = nn.Sequential(_doubling(widths[-1], channels), nn.Tanh())
        self.trunk_shape = widths[-1], height // 2, width // 2

    def forward(self, code: Tensor) -> Tensor:
        """Map ``[B, d]`` to ``[B, C, H, W]``."""
        image: Tensor = self.image(self.trunk(code))
        return image


def pose_branch(
    size: NetworkSize,
    trunk_shape: tuple[int, int, int],
    shape: tuple[int, ...],
    pooled: bool,
    widening: int = 1,
) -> nn.Sequential:
    """Return Table 3's branch from the image decoder's trunk ``[B, *trunk_shape]`` to a pose.

    Args:
        size: of the network.
        trunk_shape: ``(channels, height, width)`` of the maps that both branches read.
        shape: of the pose.
        pooled: average the maps to 8 x 8 before the first layer. In the table they are not, and
            that layer has 67 million parameters at 256 x 256.
        widening: see :func:`image_encoder`.
    """
    hidden, (channels, height, width) = _SIZES[size].widened(widening).hidden, trunk_shape
    first: list[nn.Module] = [nn.Flatten()]
    if pooled:
        height, width = _POOLED_SIDE, _POOLED_SIDE
        first.insert(0, nn.AdaptiveAvgPool2d(_POOLED_SIDE))
    layers = _activated((channels * height * width, hidden, hidden))
    end = nn.Linear(hidden, math.prod(shape))
    return nn.Sequential(*first, *layers, end, nn.Unflatten(1, shape))


def _activated(widths: tuple[int, ...]) -> list[nn.Module]:
    """Return linear layers of these widths, each followed by a ReLU."""
    return [
        layer
        for before, after in pairwise(widths)
        for layer in (nn.Linear(before, after), nn.ReLU())
    ]


def _doubling(before: int, after: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(before, after, 5, stride=2, padding=2, output_padding=1)
