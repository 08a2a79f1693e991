"""The networks of AIGN for poses (Tung et al., 2017, supplement, Figure 2), in three sizes.

``paper`` has the layers that the text says; widths of the convolutions, and the other sizes, are
proposals: the figure's numbers are not printed.
"""

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from models.choices import NetworkSize
from models.networks.semix import Normalised


@dataclass(frozen=True)
class Sizes:
    """Widths of both networks of a size.

    Attributes:
        maps: cells along each side of the heatmaps.
        channels: of the eight convolutions, of which every second one halves the maps.
        hidden: width of the linear layer between the convolutions and the last one.
        judge: widths of the discriminator's linear layers.
    """

    maps: int
    channels: tuple[int, ...]
    hidden: int
    judge: tuple[int, ...]


SIZES: dict[NetworkSize, Sizes] = {
    "tiny": Sizes(16, (4, 4, 8, 8, 8, 8, 16, 16), 32, (32, 32, 16, 16)),
    "small": Sizes(32, (16, 16, 32, 32, 64, 64, 128, 128), 256, (128, 128, 64, 64)),
    "paper": Sizes(64, (64, 64, 128, 128, 256, 256, 512, 512), 1024, (512, 512, 256, 256)),
}


class HeatmapEncoder(nn.Module):
    """Maps heatmaps ``[B, J, S, S]`` to ``[B, n_outputs]``: eight convolutions, two linear layers.

    Each layer but the last has BatchNorm and a LeakyReLU after it.
    """

    def __init__(self, size: NetworkSize, n_joints: int, n_outputs: int) -> None:
        super().__init__()
        sizes = SIZES[size]
        layers: list[nn.Module] = []
        for place, (before, after) in enumerate(pairwise((n_joints, *sizes.channels))):
            convolution = nn.Conv2d(before, after, 3, 1 + place % 2, 1, bias=False)
            layers += [convolution, nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
        side = sizes.maps >> len(sizes.channels) // 2
        n = sizes.channels[-1] * side**2
        layers += [nn.Flatten(), nn.Linear(n, sizes.hidden, bias=False)]
        layers += [Normalised(sizes.hidden), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes.hidden, n_outputs))

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``[B, J, S, S]`` to ``[B, n_outputs]``."""
        numbers: Tensor = self.layers(maps)
        return numbers


def judge(n_inputs: int, widths: tuple[int, ...]) -> nn.Sequential:
    """Return a discriminator from ``[B, n_inputs]`` to a logit ``[B, 1]``.

    Linear layers with BatchNorm and a LeakyReLU after each but the last.
    """
    layers: list[nn.Module] = []
    for before, after in pairwise((n_inputs, *widths)):
        layers += [nn.Linear(before, after), Normalised(after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 1))
