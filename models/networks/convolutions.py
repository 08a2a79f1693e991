"""The convolutional encoder and decoder of VITAE's Table 4, for any size that can be halved."""

from torch import nn

LEAKY_SLOPE = 0.1
"""Slope of LeakyReLU (VITAE, supplement, Section 2: alpha = 0.1)."""

_CODE_CHANNELS = 40
_ENCODER = ((10, 5), (20, 5), (_CODE_CHANNELS, 3))
"""Filters and filter size of each layer; all strides are 2."""
_DECODER = ((_CODE_CHANNELS, 3), (20, 3), (10, 5))
_LAST_SIZE = 5  # of the decoder's fourth layer, which gives the image's channels


def leaky_relu() -> nn.LeakyReLU:
    """Return the non-linearity of all of VITAE's networks."""
    return nn.LeakyReLU(LEAKY_SLOPE)


def conv_encoder(image_shape: tuple[int, int, int], d: int) -> nn.Sequential:
    """Return three convolutions that halve the image, and a linear layer to ``[B, d]``.

    Raises:
        ValueError: a side of the image is not divisible by 8.
    """
    before, height, width = image_shape
    _require_divisible(image_shape, 2 ** len(_ENCODER))
    layers: list[nn.Module] = []
    for filters, size in _ENCODER:
        layers += [nn.Conv2d(before, filters, size, 2, size // 2), leaky_relu()]
        before = filters
    n_features = before * height * width // 4 ** len(_ENCODER)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(n_features, d))


def conv_decoder(d: int, image_shape: tuple[int, int, int]) -> nn.Sequential:
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
        layers += [_doubling(before, filters, size), leaky_relu()]
        before = filters
    return nn.Sequential(*layers, _doubling(before, channels, _LAST_SIZE), nn.Sigmoid())


def _doubling(before: int, filters: int, size: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(before, filters, size, 2, size // 2, output_padding=1)


def _require_divisible(image_shape: tuple[int, int, int], by: int) -> None:
    _, height, width = image_shape
    if height % by or width % by:
        raise ValueError(
            f"network=conv needs images whose sides are divisible by {by}; these are "
            f"{height} x {width}. Use network=mlp or another size of the images."
        )
