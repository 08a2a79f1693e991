"""The networks of the methods of pairs: published sizes, and images and codes of any size."""

import pytest
import torch
from torch import nn

from models.choices import NetworkSize
from models.networks.residual import ImageDecoder, ImageEncoder, Residual

SPRITES = (3, 64, 64)


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_paper_networks_have_the_released_sizes() -> None:
    """Counted in the authors' PyTorch release, at 64 x 64 with codes of 256 numbers."""
    with torch.device("meta"):
        assert size(ImageEncoder("paper", SPRITES, 2 * 256)) == 5_421_104
        assert size(ImageEncoder("paper", SPRITES, 256)) == 5_384_224
        assert size(ImageDecoder("paper", SPRITES, 2 * 256)) == 4_788_579
        assert size(ImageDecoder("paper", SPRITES, 256)) == 4_751_715


@pytest.mark.parametrize("network", ["tiny", "small", "paper"])
@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("d", [16, 10])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 32, 16), (2, 96, 96)])
def test_shapes(network: NetworkSize, pooled: bool, d: int, shape: tuple[int, int, int]) -> None:
    """Maps of 7 x 7, 4 x 4, 8 x 4 and 6 x 6, which 16 or 10 numbers fill or do not."""
    with torch.device("meta"):
        image = torch.rand(2, *shape)
        code = ImageEncoder(network, shape, d, pooled)(image)
        assert code.shape == (2, d)
        assert ImageDecoder(network, shape, d)(code).shape == image.shape


@pytest.mark.parametrize("shape", [(1, 27, 28), (3, 4, 4)])
def test_images_that_cannot_be_halved_are_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be halved"):
        ImageEncoder("tiny", shape, 16)


def test_residual_block_keeps_its_activation() -> None:
    """The release drops it by mistake: its block is linear."""
    block = Residual(2)
    nn.init.dirac_(block.convolution.weight)
    nn.init.zeros_(block.convolution.bias)
    x = torch.tensor([-1.0, 3.0]).reshape(1, 2, 1, 1)
    assert block(x).flatten().tolist() == [-1.0, 6.0]
