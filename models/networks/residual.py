"""Convolutional encoders and decoders of the methods that learn from pairs, in three sizes.

``paper`` has the layers of the sprites model of *Unsupervised Robust Disentangling* (Esser et al.,
2019): 5,384,224 parameters of an encoder of 256 numbers at 64 x 64, 4,788,579 of a decoder of 512.
Its authors' PyTorch release drops the activation of the residual blocks by mistake; here it is
kept. ``small`` and ``tiny`` are ours: fewer channels, no block at the larger sides.
"""

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from models.choices import NetworkSize
from models.pictures import from_unit_interval


@dataclass(frozen=True)
class _Widths:
    """Channels and numbers of residual blocks of both networks of a size.

    Attributes:
        stem: channels of the layer at the image's full size; None is no such layer: the first
            halving reads the image, and the last doubling returns it.
        encoder: channels after each halving.
        encoder_blocks: residual blocks after the last halving.
        decoder: channels before each doubling, and after the last where there is a stem.
        decoder_blocks: residual blocks before the first doubling.
    """

    stem: int | None
    encoder: tuple[int, ...]
    encoder_blocks: int
    decoder: tuple[int, ...]
    decoder_blocks: int


_SIZES: dict[NetworkSize, _Widths] = {
    "tiny": _Widths(None, (8, 16, 16, 16), 1, (16, 8, 8, 8), 1),
    "small": _Widths(None, (16, 32, 64, 64), 1, (64, 32, 16, 16), 1),
    "paper": _Widths(16, (32, 128, 256, 256), 5, (256, 128, 64, 32, 16), 4),
}
_MAX_HALVINGS = 4
_CODE_SIDE = 4
"""Least side of the smallest maps: 4 after four halvings of 64 pixels, as in the release."""


class Residual(nn.Module):
    """``x + conv(relu(x))`` with one 3 x 3 convolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, width, H, W]`` to the same shape."""
        added: Tensor = self.convolution(x.relu())
        return x + added


class ImageEncoder(nn.Module):
    """Maps images ``[B, C, H, W]`` in ``[0, 1]`` to ``[B, d]``, with a linear last layer.

    Args:
        size: of the network.
        image_shape: ``(channels, height, width)``.
        d: dimension of the output.
        pooled: average each channel over the image before a fully connected last layer (the
            released people model). Otherwise the last layer is a convolution whose maps are
            flattened (the sprites model), or a fully connected one where ``d`` is no multiple of
            the size of a map.

    Raises:
        ValueError: the image's sides are not divisible by 8.
    """

    def __init__(
        self, size: NetworkSize, image_shape: tuple[int, int, int], d: int, pooled: bool = False
    ) -> None:
        super().__init__()
        widths, n = _SIZES[size], _halvings(image_shape)
        layers: list[nn.Module] = []
        before = image_shape[0]
        if widths.stem:
            layers += [nn.Conv2d(before, widths.stem, 3, padding=1), Residual(widths.stem)]
            before = widths.stem
        channels = before, *widths.encoder[:n]
        for i, (old, new) in enumerate(pairwise(channels)):
            if i:
                layers.append(_between(widths, old))
            layers.append(nn.Conv2d(old, new, 4, stride=2, padding=1))
        last = channels[-1]
        layers += [*(Residual(last) for _ in range(widths.encoder_blocks)), nn.ReLU()]
        self.trunk = nn.Sequential(*layers)
        height, width = _code_sides(image_shape)
        head: list[nn.Module]
        if pooled:
            head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(last, d)]
        elif d % (height * width) == 0:
            head = [nn.Conv2d(last, d // (height * width), 3, padding=1), nn.Flatten()]
        else:
            head = [nn.Flatten(), nn.Linear(last * height * width, d)]
        self.head = nn.Sequential(*head)

    def forward(self, image: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` in ``[0, 1]`` to ``[B, d]``."""
        code: Tensor = self.head(self.trunk(from_unit_interval(image)))
        return code


class ImageDecoder(nn.Module):
    """Maps codes ``[B, d]`` to images ``[B, C, H, W]`` on the scale ``[-1, 1]``, unclamped.

    Args:
        size: of the network.
        image_shape: ``(channels, height, width)``.
        d: dimension of the code, all groups together. Where it is no multiple of the size of a
            map, the first layer is fully connected instead of a convolution.

    Raises:
        ValueError: the image's sides are not divisible by 8.
    """

    def __init__(self, size: NetworkSize, image_shape: tuple[int, int, int], d: int) -> None:
        super().__init__()
        widths, n = _SIZES[size], _halvings(image_shape)
        height, width = _code_sides(image_shape)
        channels = widths.decoder[: n + 1] if widths.stem else (*widths.decoder[:n], image_shape[0])
        first, layers = channels[0], list[nn.Module]()
        if d % (height * width) == 0:
            maps = d // (height * width)
            layers += [
                nn.Unflatten(1, (maps, height, width)),
                nn.Conv2d(maps, first, 3, padding=1),
            ]
        else:
            layers += [
                nn.Linear(d, first * height * width),
                nn.Unflatten(1, (first, height, width)),
            ]
        layers += [Residual(first) for _ in range(widths.decoder_blocks)]
        for old, new in pairwise(channels):
            layers += [_between(widths, old), nn.Conv2d(old, 4 * new, 3, padding=1)]
            layers.append(nn.PixelShuffle(2))
        if widths.stem:
            end = channels[-1]
            layers += [Residual(end), nn.Conv2d(end, image_shape[0], 3, padding=1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, code: Tensor) -> Tensor:
        """Map ``[B, d]`` to ``[B, C, H, W]`` on the scale ``[-1, 1]``."""
        image: Tensor = self.layers(code)
        return image


def _code_sides(image_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Return height and width of the smallest maps, after the last halving."""
    _, height, width = image_shape
    n = 2 ** _halvings(image_shape)
    return height // n, width // n


def halvings(image_shape: tuple[int, int, int], to: int, most: int) -> int:
    """Return how often an image's sides are halved, while they are even and larger than ``to``.

    Args:
        image_shape: ``(channels, height, width)``.
        to: bound of the shorter side.
        most: largest number of halvings.

    Raises:
        ValueError: the sides cannot be halved once.
    """
    _, height, width = image_shape
    n = 0
    while n < most and not (height % 2 or width % 2) and min(height, width) > to:
        height, width, n = height // 2, width // 2, n + 1
    if not n:
        raise ValueError(
            f"images of {height} x {width} cannot be halved to sides of {to} or more: use sides "
            f"divisible by {2 * to}"
        )
    return n


def _halvings(image_shape: tuple[int, int, int]) -> int:
    return halvings(image_shape, _CODE_SIDE, _MAX_HALVINGS)


def _between(widths: _Widths, channels: int) -> nn.Module:
    """Return the layer between two changes of size: a residual block, or a mere activation."""
    return Residual(channels) if widths.stem else nn.ReLU()
