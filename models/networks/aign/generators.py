"""The generators of AIGN for faces (Tung et al., 2017, Figure 6, and their code), in three sizes.

``paper`` has the published widths; ``small`` and ``tiny`` are ours, for a CPU.
"""

import torch
from torch import Tensor, nn

from models.choices import NetworkSize
from models.networks.aign.layers import ResidualBlock, doubling

SR_WIDTHS: dict[NetworkSize, tuple[int, int, int]] = {
    "paper": (64, 15, 256),
    "small": (32, 3, 32),
    "tiny": (8, 1, 8),
}
"""Of super-resolution: channels of the residual blocks, how many blocks, channels of doublings."""

CYCLE_WIDTHS: dict[NetworkSize, tuple[tuple[int, int, int], int, int]] = {
    "paper": ((16, 32, 64), 5, 256),
    "small": ((16, 32, 32), 2, 32),
    "tiny": ((4, 8, 8), 1, 8),
}
"""Of the cycle baseline: channels of its convolutions, blocks, channels of doublings."""

INPAINTING_WIDTHS: dict[NetworkSize, tuple[int, int, int, int]] = {
    "paper": (256, 1024, 512, 256),
    "small": (32, 128, 64, 32),
    "tiny": (4, 8, 8, 4),
}
"""Of inpainting: channels of the two convolutions of each input, and of the doublings."""


class SuperResolution(nn.Module):
    """Maps images ``[B, C, h, w]`` to images ``[B, C, 4h, 4w]``, both in ``[-1, 1]`` (Figure 6a).

    A convolution, residual blocks, another convolution whose output is added to the first's, two
    doublings, and a convolution with tanh.
    """

    def __init__(self, size: NetworkSize, channels: int) -> None:
        super().__init__()
        width, n, wide = SR_WIDTHS[size]
        self.first = nn.Sequential(nn.Conv2d(channels, width, 3, padding=1), nn.ReLU())
        self.blocks = nn.Sequential(
            *(ResidualBlock(width) for _ in range(n)),
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
        )
        self.enlarge = nn.Sequential(
            doubling(width, wide),
            nn.ReLU(),
            doubling(wide, wide),
            nn.ReLU(),
            nn.Conv2d(wide, channels, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Map ``[B, C, h, w]`` to ``[B, C, 4h, 4w]``."""
        first = self.first(image)
        enlarged: Tensor = self.enlarge(first + self.blocks(first))
        return enlarged


class Translation(nn.Sequential):
    """Maps images ``[B, C, H, W]`` to images of the same size, both in ``[-1, 1]``.

    The network of the cycle baseline (code for faces): three convolutions, two of which halve the
    image, residual blocks, two doublings, and a convolution with tanh.
    """

    def __init__(self, size: NetworkSize, channels: int) -> None:
        (one, two, three), n, wide = CYCLE_WIDTHS[size]
        super().__init__(
            nn.Conv2d(channels, one, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(one, two, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(two, three, 3, stride=2, padding=1),
            nn.ReLU(),
            *(ResidualBlock(three) for _ in range(n)),
            doubling(three, wide),
            nn.ReLU(),
            doubling(wide, wide),
            nn.ReLU(),
            nn.Conv2d(wide, channels, 3, padding=1),
            nn.Tanh(),
        )


class Inpainting(nn.Module):
    """Maps masked images and masks to images ``[B, C, H, W]`` in ``[-1, 1]`` (Figure 6b).

    Image and mask pass two halving convolutions each, and three transposed ones together. The paper
    names three; the code for faces has two, both of which double.

    Args:
        size: of the network.
        channels: of the image.
        deconvolutions: 3 as in the paper, the last of which does not double; 2 as in the code.
    """

    def __init__(self, size: NetworkSize, channels: int, deconvolutions: int = 3) -> None:
        super().__init__()
        one, two, three, four = INPAINTING_WIDTHS[size]

        def halved(before: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(before, one, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.Conv2d(one, two, 3, stride=2, padding=1),
                nn.ReLU(),
            )

        self.image, self.mask = halved(channels), halved(1)
        layers: list[nn.Module] = [doubling(2 * two, three), nn.ReLU(), nn.BatchNorm2d(three)]
        if deconvolutions == 3:
            layers += [doubling(three, four), nn.ReLU(), nn.BatchNorm2d(four)]
            layers.append(nn.ConvTranspose2d(four, channels, 5, padding=2))
        else:
            layers.append(doubling(three, channels))
        self.decode = nn.Sequential(*layers, nn.Tanh())

    def forward(self, image: Tensor, visible: Tensor) -> Tensor:
        """Map ``[B, C, H, W]``, hidden pixels 0, and ``[B, 1, H, W]``, 1 where seen."""
        maps = torch.cat([self.image(image), self.mask(visible)], 1)
        made: Tensor = self.decode(maps)
        return made
