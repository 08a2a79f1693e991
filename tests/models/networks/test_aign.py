"""Sizes of AIGN's networks, to the parameter, and their first weights."""

import pytest
import torch
from torch import nn

from models.declaration import DataSpec
from models.networks.aign.discriminator import Discriminator
from models.networks.aign.generators import Inpainting, SuperResolution, Translation
from models.networks.aign.layers import initialise
from models.networks.vitae import mlp


def count(network: nn.Module, *, without: type[nn.Module] | None = None) -> int:
    left_out = [m for m in network.modules() if without and isinstance(m, without)]
    return sum(p.numel() for p in network.parameters()) - sum(map(count, left_out))


def test_published_sizes() -> None:
    """Those of the inpainting network are counted without BatchNorm, which has 1,024."""
    with torch.device("meta"):
        assert count(mlp(784, (512, 256, 512), 784)) == 1_067_024
        assert count(SuperResolution("paper", 3)) == 3_205_955
        code = Inpainting("paper", 3, deconvolutions=2)
        assert count(code, without=nn.BatchNorm2d) == 30_983_683
        assert count(code) == 30_983_683 + 1_024
        sr = Discriminator("paper", (3, 128, 128), 5)
        assert isinstance(sr[-1], nn.Linear)
        assert sr[-1].weight.shape == (1, 8192)
        assert Discriminator("paper", (3, 128, 128), 5, 1024)[-3].weight.shape == (1024, 8192)
        assert Discriminator("paper", (3, 64, 64), 4)[-1].weight.shape == (1, 8192)
        assert sum(isinstance(m, nn.BatchNorm2d) for m in sr) == 4


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_shapes_and_ranges(size: str) -> None:
    image = torch.rand(2, 3, 8, 8) * 2 - 1
    assert SuperResolution(size, 3)(image).shape == (2, 3, 32, 32)
    for n in (2, 3):
        made = Inpainting(size, 3, n)(image, torch.ones(2, 1, 8, 8))
        assert made.shape == image.shape
        assert made.abs().max() <= 1
    assert Translation(size, 3)(image).shape == image.shape
    assert Discriminator(size, (3, 8, 8), 5)(image).shape == (2, 1)


def test_the_first_weights_are_normal_and_cut_at_two_deviations() -> None:
    network = nn.Sequential(nn.Linear(300, 300), nn.BatchNorm1d(300))
    initialise(network, 0.02)
    weight = network[0].weight
    assert float(weight.abs().max().detach()) <= 0.04
    assert float(weight.std().detach()) == pytest.approx(0.0176, rel=0.02)  # of the cut normal
    assert not network[0].bias.any()
    assert (network[1].weight == 1).all()
    initialise(network, 0.02, truncated=False)
    assert float(weight.std().detach()) == pytest.approx(0.02, rel=0.02)
    assert float(weight.abs().max().detach()) > 0.05


def test_images_of_odd_sides_are_refused() -> None:
    from harness.methods import METHODS

    spec = DataSpec((3, 10, 12), 8, modalities={"hidden": (4,)})
    for name in ("aign_sr", "aign_inpaint"):
        method = METHODS.load(name)
        with pytest.raises(ValueError, match=r"10x12 pixels.*choose"):
            method(method.Hyperparameters(network="tiny"), spec)
