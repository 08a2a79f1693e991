"""The networks of AIGN for structure from motion (Tung et al., 2017, supplement, Figure 4).

Encoder-decoders with skip connections for flow, depth and egomotion, and a discriminator of depth
that judges every patch. The figure's widths are not printed: those of ``paper`` are proposals.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.choices import NetworkSize
from models.networks.residual import halvings

_LEAST_SIDE = 2


@dataclass(frozen=True)
class Sizes:
    """Widths of all networks of a size.

    Attributes:
        channels: of the encoders, which halve the image at each.
        patches: of the depth's discriminator.
        motion: of the motion's discriminator.
    """

    channels: tuple[int, ...]
    patches: tuple[int, ...]
    motion: tuple[int, ...]


SIZES: dict[NetworkSize, Sizes] = {
    "tiny": Sizes((4, 8), (4, 8, 8), (16, 16, 8)),
    "small": Sizes((16, 32, 64), (16, 32, 64), (64, 64, 32)),
    "paper": Sizes((32, 64, 128, 256, 256), (64, 128, 256), (128, 128, 64)),
}


class SkipNetwork(nn.Module):
    """An encoder-decoder whose decoder also sees what the encoder saw at its resolution.

    Maps ``[B, n_inputs, H, W]`` to ``[B, n_outputs, H, W]``. Images that can be halved less often
    have fewer levels.

    Raises:
        ValueError: the image's sides cannot be halved.
    """

    def __init__(
        self, size: NetworkSize, image_size: tuple[int, int], n_inputs: int, n_outputs: int
    ) -> None:
        super().__init__()
        most = SIZES[size].channels
        widths = most[: halvings((n_inputs, *image_size), _LEAST_SIDE, len(most))]
        levels = n_inputs, *widths
        self.down = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 4, 2, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2),
            )
            for before, after in pairwise(levels)
        )
        up, seen = [], widths[-1]
        for level in range(len(widths) - 1, 0, -1):
            made = widths[level - 1]
            up.append(
                nn.Sequential(
                    nn.Conv2d(seen, made, 3, padding=1, bias=False), nn.BatchNorm2d(made), nn.ReLU()
                )
            )
            seen = made + widths[level - 1]
        self.up = nn.ModuleList(up)
        self.first = nn.Sequential(
            nn.Conv2d(seen, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.last = nn.Conv2d(widths[0] + n_inputs, n_outputs, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """Map ``[B, n_inputs, H, W]`` to ``[B, n_outputs, H, W]``."""
        levels = [image]
        for layer in self.down:
            levels.append(layer(levels[-1]))
        maps = levels.pop()
        for layer in self.up:
            maps = torch.cat([layer(_doubled(maps)), levels.pop()], dim=1)
        maps = torch.cat([self.first(_doubled(maps)), levels.pop()], dim=1)
        made: Tensor = self.last(maps)
        return made


def patch_judge(widths: tuple[int, ...]) -> nn.Sequential:
    """Return a discriminator of log-depths, from ``[B, 1, H, W]`` to a logit for every patch.

    Four convolutions, BatchNorm after the second and the third, a LeakyReLU after all but the last.
    """
    layers: list[nn.Module] = []
    for place, (before, after) in enumerate(pairwise((1, *widths))):
        layers.append(nn.Conv2d(before, after, 4, 2, 1))
        layers += [nn.BatchNorm2d(after)] if place else []
        layers.append(nn.LeakyReLU(0.2))
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 1))


def _doubled(maps: Tensor) -> Tensor:
    return nn.functional.interpolate(maps, scale_factor=2.0)
