"""The networks of dVAE: published layers, parameters counted by hand, images of exactly 256."""

import pytest
import torch
from torch import nn

from models.choices import NetworkSize
from models.networks.dvae import (
    DVAEImageDecoder,
    image_encoder,
    pose_branch,
    vector_decoder,
    vector_encoder,
)

HAND = (3, 256, 256)
HEADS = 2 * 32 * (512 + 1)
"""Mean and log-variance of 32 numbers, from 512."""


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_published_networks_have_the_parameters_of_their_tables() -> None:
    with torch.device("meta"):
        assert count(image_encoder("paper", HAND, 2 * 64)) == 11_176_512 + 65_664
        assert count(DVAEImageDecoder("paper", 64, HAND)) == 805_699
        assert count(DVAEImageDecoder("paper", 96, HAND)) == 1_067_843
        assert count(vector_encoder("paper", (3, 3), 2 * 32, True)) == 1_318_400 + HEADS
        assert count(vector_encoder("paper", (21, 3), 2 * 32, True)) == 1_346_048 + HEADS
        one_less = 512 * 512 + 512
        assert count(vector_encoder("paper", (3, 3), 64, False)) == 1_318_400 + HEADS - one_less
        assert count(vector_decoder("paper", 32, (3, 3))) == 1_072_137
        assert count(vector_decoder("paper", 32, (21, 3))) == 1_099_839
        trunk = DVAEImageDecoder("paper", 96, HAND).trunk_shape
        assert trunk == (8, 128, 128)
        literal = 131_072 * 512 + 512 + (512 * 512 + 512) + 63 * 513
        assert count(pose_branch("paper", trunk, (21, 3), pooled=False)) == literal
        assert count(pose_branch("paper", trunk, (21, 3), pooled=True)) == 557_631


def test_an_image_of_256_is_made_as_in_table_1() -> None:
    """Eight to 256 pixels: BN but no ReLU after the first layer, tanh at the end."""
    decoder = DVAEImageDecoder("paper", 64, HAND)
    sides, x = [], torch.randn(2, 64)
    for layer in [*decoder.trunk, *decoder.image]:
        x = layer(x)
        if isinstance(layer, nn.ConvTranspose2d):
            sides.append((x.shape[1], x.shape[2], x.shape[3]))
    assert sides == [(64, 16, 16), (32, 32, 32), (16, 64, 64), (8, 128, 128), (3, 256, 256)]
    assert x.shape == (2, 3, 256, 256)
    assert x.abs().max() <= 1
    kinds = [type(layer) for layer in decoder.trunk]
    up = [nn.ConvTranspose2d, nn.BatchNorm2d, nn.ReLU]
    assert kinds == [nn.Linear, nn.Unflatten, nn.BatchNorm2d, *up * 4]


@pytest.mark.parametrize(
    ("side", "channels"), [(64, [128, 16, 8]), (128, [128, 32, 16, 8]), (16, [128])]
)
def test_smaller_images_go_without_the_first_doublings(side: int, channels: list[int]) -> None:
    decoder = DVAEImageDecoder("paper", 6, (3, side, side))
    ups = [layer for layer in decoder.modules() if isinstance(layer, nn.ConvTranspose2d)]
    assert [layer.in_channels for layer in ups] == channels
    assert decoder(torch.randn(2, 6)).shape == (2, 3, side, side)


@pytest.mark.parametrize("size", ["tiny", "small", "paper"])
@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 28, 28), (3, 32, 16), (3, 512, 512)])
@pytest.mark.parametrize("pooled", [False, True])
def test_shapes(size: NetworkSize, shape: tuple[int, int, int], pooled: bool) -> None:
    with torch.device("meta"):
        decoder = DVAEImageDecoder(size, 6, shape)
        maps = decoder.trunk(torch.rand(2, 6))
        assert maps.shape == (2, *decoder.trunk_shape)
        assert decoder.image(maps).shape == (2, *shape)
        assert pose_branch(size, decoder.trunk_shape, (21, 3), pooled)(maps).shape == (2, 21, 3)
        assert image_encoder(size, shape, 10)(torch.rand(2, *shape)).shape == (2, 10)
        assert vector_encoder(size, (21, 3), 10, True)(torch.rand(2, 21, 3)).shape == (2, 10)
        assert vector_decoder(size, 4, (3, 3))(torch.rand(2, 4)).shape == (2, 3, 3)


def test_images_that_cannot_be_doubled_to_are_refused() -> None:
    with pytest.raises(ValueError, match=r"images of 8 x 8.*divisible by 16"):
        DVAEImageDecoder("paper", 4, (3, 8, 8))
