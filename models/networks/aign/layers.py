"""Layers and first weights that the networks of AIGN share.

BatchNorm has torch's defaults, which are those of the code for faces: ε = 1e-5, and running
statistics that keep 0.9 of what they were.
"""

from torch import Tensor, nn


def initialise(network: nn.Module, std: float, *, truncated: bool = True) -> None:
    """Draw the weights of all linear and convolutional layers anew; biases are 0.

    Args:
        network: changed in place.
        std: standard deviation of the normal distribution, before it is cut.
        truncated: cut the distribution at two standard deviations.
    """
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            if truncated:
                nn.init.trunc_normal_(module.weight, std=std, a=-2 * std, b=2 * std)
            else:
                nn.init.normal_(module.weight, std=std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def doubling(before: int, after: int) -> nn.ConvTranspose2d:
    """Return a transposed convolution, 5x5 with stride 2, that doubles height and width."""
    return nn.ConvTranspose2d(before, after, 5, stride=2, padding=2, output_padding=1)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with BatchNorm, ReLU between, added to their input (Figure 6a)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.BatchNorm2d(channels),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` to the same shape."""
        added: Tensor = maps + self.layers(maps)
        return added
