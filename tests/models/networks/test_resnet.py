"""ResNet-18 and -50 against torchvision's: names, shapes, numbers, and weights read from a file."""

import hashlib
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.networks.resnet import DEPTHS_50, STAGES, Bottleneck, ResNet, load_trunk

NAMES_AND_SHAPES = "5191d63ec398959223d67ef37376f9061e6965b859fc2d4e40e23d037147a0d7"
"""SHA-256 of the lines ``name shape`` of the state dict of torchvision 0.29's resnet18."""


def patterned(network: ResNet) -> ResNet:
    """Give every tensor cosines in place of random numbers, scales and variances about 1."""
    with torch.no_grad():
        for i, (name, tensor) in enumerate(sorted(network.state_dict().items())):
            if not tensor.is_floating_point():
                continue
            wave = torch.arange(tensor.numel(), dtype=torch.float64).mul(0.7 + i).cos()
            wave = wave.reshape(tensor.shape)
            about_one = "running_var" in name or ("bn" in name and "weight" in name)
            if about_one or "downsample.1.weight" in name:
                tensor.copy_(1 + 0.1 * wave)
            else:
                tensor.copy_(wave / (tensor[0].numel() ** 0.5 if tensor.ndim > 1 else 10))
    return network


def test_state_dict_is_torchvisions() -> None:
    with torch.device("meta"):
        state = ResNet(3, 1000).state_dict()
    lines = "\n".join(f"{name} {tuple(value.shape)}" for name, value in sorted(state.items()))
    assert hashlib.sha256(lines.encode()).hexdigest() == NAMES_AND_SHAPES
    trunk = (v for name, v in state.items() if "running" not in name and "num" not in name)
    assert sum(value.numel() for value in trunk) == 11_689_512


def test_state_dict_of_the_deeper_one_is_torchvisions() -> None:
    """25,557,032 parameters in 161 tensors; BatchNorm adds three buffers for each of 53 layers."""
    with torch.device("meta"):
        network = ResNet(3, 1000, STAGES, DEPTHS_50, Bottleneck)
    parameters = {name: tuple(value.shape) for name, value in network.named_parameters()}
    assert sum(value.numel() for value in network.parameters()) == 25_557_032
    assert len(parameters) == 161
    assert len(network.state_dict()) == 161 + 3 * 53
    assert parameters["layer1.0.downsample.0.weight"] == (256, 64, 1, 1)
    assert parameters["layer4.2.conv3.weight"] == (2048, 512, 1, 1)
    assert parameters["layer3.5.bn3.bias"] == (1024,)
    assert parameters["fc.weight"] == (1000, 2048)
    assert network.layer2[0].conv2.stride == (2, 2), "torchvision strides the 3 x 3 convolution"


def test_output_is_torchvisions() -> None:
    """Golden values of torchvision 0.29 with the same numbers in the same places."""
    network = patterned(ResNet(3, 1000).double()).eval()
    image = torch.arange(2 * 3 * 64 * 64, dtype=torch.float64).mul(0.37).sin()
    numbers = network(image.reshape(2, 3, 64, 64))[:, :3]
    expected = [
        [0.10397432637508996, 0.07996623529790096, 0.08517262846068498],
        [0.10405795807851012, 0.07993510401556145, 0.08514850085607253],
    ]
    # Sums of 4,608 products, in another order on another machine.
    expected_tensor = torch.tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(numbers, expected_tensor, rtol=1e-9, atol=0)


def saved(network: ResNet, folder: Path) -> str:
    path = folder / "weights.pth"
    torch.save(network.state_dict(), path)
    return str(path)


def differing(one: ResNet, other: ResNet) -> set[str]:
    state: dict[str, Tensor] = other.state_dict()
    return {
        name for name, tensor in one.state_dict().items() if not torch.equal(tensor, state[name])
    }


def test_weights_of_another_last_layer_are_loaded_but_for_it(tmp_path: Path) -> None:
    stages = 4, 4, 8, 8
    published = patterned(ResNet(3, 1000, stages))
    network = ResNet(3, 1000, stages)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    load_trunk(network, saved(published, tmp_path))
    assert differing(network, published) == {"fc.weight", "fc.bias"}
    assert torch.equal(network.state_dict()["fc.weight"], before["fc.weight"])
    short = ResNet(3, 6, stages)
    load_trunk(short, saved(published, tmp_path))
    assert short.fc.out_features == 6


def test_what_cannot_be_loaded_is_refused_with_its_name(tmp_path: Path) -> None:
    network = ResNet(3, 6, (4, 4, 8, 8))
    with pytest.raises(ValueError, match=r"cannot be read.*missing\.pth"):
        load_trunk(network, str(tmp_path / "missing.pth"))
    path = saved(ResNet(3, 6, (4, 4, 8, 8), blocks=1), tmp_path)
    with pytest.raises(ValueError, match=r"weights\.pth is not of this ResNet.*layer1\.1\.bn1"):
        load_trunk(network, path)
    path = saved(ResNet(1, 6, (4, 4, 8, 8)), tmp_path)
    with pytest.raises(ValueError, match=r"in 1 tensors such as conv1\.weight.*three channels"):
        load_trunk(network, path)
    (tmp_path / "note.pth").write_text("no weights")
    with pytest.raises(ValueError, match=r"cannot be read.*note\.pth"):
        load_trunk(network, str(tmp_path / "note.pth"))
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(ValueError, match=r"list\.pth holds no state dict"):
        load_trunk(network, str(tmp_path / "list.pth"))
