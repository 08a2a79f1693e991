"""The discriminator of images of AIGN (Tung et al., 2017, Figure 6, and their code for faces)."""

from itertools import pairwise

from torch import nn

from models.choices import NetworkSize

SIZES: dict[NetworkSize, tuple[int, ...]] = {
    "paper": (64, 128, 256, 512, 512),
    "small": (16, 32, 64, 64, 64),
    "tiny": (4, 8, 8, 8, 8),
}
"""Channels of the convolutions, the first so many of which are used; ours but ``paper``."""


class Discriminator(nn.Sequential):
    """Maps images ``[B, C, H, W]`` to logits ``[B, 1]``.

    Convolutions of 5x5 that halve the image, with LeakyReLU(0.2) and, from the second on,
    BatchNorm; then one linear layer.

    Args:
        size: of the network.
        image_shape: ``(channels, height, width)``.
        depth: how many convolutions: 5 for super-resolution, 4 for inpainting. Sides of a pixel
            are halved no more.
        hidden: width of a linear layer before the last; 0 is none, 1024 is that of the code.
    """

    def __init__(
        self, size: NetworkSize, image_shape: tuple[int, int, int], depth: int, hidden: int = 0
    ) -> None:
        channels, height, width = image_shape
        layers: list[nn.Module] = []
        widths = (channels, *SIZES[size][:depth])
        for place, (before, after) in enumerate(pairwise(widths)):
            if min(height, width) < 2:
                break
            layers.append(nn.Conv2d(before, after, 5, stride=2, padding=2))
            if place:
                layers.append(nn.BatchNorm2d(after))
            layers.append(nn.LeakyReLU(0.2))
            channels, height, width = after, -(-height // 2), -(-width // 2)
        layers.append(nn.Flatten())
        n = channels * height * width
        if hidden:
            layers += [nn.Linear(n, hidden), nn.LeakyReLU(0.2)]
        super().__init__(*layers, nn.Linear(hidden or n, 1))
