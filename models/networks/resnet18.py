"""ResNet-18 (He et al., 2016), with the parameter names and shapes of torchvision's.

Our own, because torchvision cannot be imported beside a torch that is built without CUDA.
"""

import pickle

import torch
from torch import Tensor, nn

STAGES = (64, 128, 256, 512)
"""Channels of the four stages of ResNet-18."""


class BasicBlock(nn.Module):
    """``relu(x + bn2(conv2(relu(bn1(conv1(x))))))`` with 3 x 3 convolutions.

    Args:
        before: channels of the input.
        after: channels of the output.
        stride: of the first convolution; where it or the channels change the shape, ``x`` is
            mapped by a 1 x 1 convolution with normalisation.
    """

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, before, H, W]`` to ``[B, after, H / stride, W / stride]``."""
        added: Tensor = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        shortcut: Tensor = self.downsample(x)
        return (shortcut + added).relu()


class ResNet(nn.Module):
    """A ResNet: a stem that quarters the sides, four stages, global average, one linear layer.

    Args:
        channels: of the images.
        n_outputs: width of the last layer; 1000 in torchvision's.
        stages: channels of each stage.
        blocks: residual blocks in each stage; two in ResNet-18.
    """

    def __init__(
        self,
        channels: int,
        n_outputs: int,
        stages: tuple[int, int, int, int] = STAGES,
        blocks: int = 2,
    ) -> None:
        super().__init__()
        before = stages[0]
        self.conv1 = nn.Conv2d(channels, before, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(before)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for i, after in enumerate(stages):
            first = BasicBlock(before, after, stride=2 if i else 1)
            rest = (BasicBlock(after, after, stride=1) for _ in range(blocks - 1))
            self.add_module(f"layer{i + 1}", nn.Sequential(first, *rest))
            before = after
        self.fc = nn.Linear(before, n_outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, image: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` to ``[B, n_outputs]``."""
        x = self.maxpool(self.bn1(self.conv1(image)).relu())
        for name in ("layer1", "layer2", "layer3", "layer4"):
            x = getattr(self, name)(x)
        numbers: Tensor = self.fc(x.mean((2, 3)))
        return numbers


def load_trunk(network: ResNet, path: str) -> None:
    """Load a file of weights, such as torchvision's, into all layers of a network but the last.

    Args:
        network: a network with the same stages and channels of images.
        path: a saved state dict; it is unpickled without running code.

    Raises:
        ValueError: there is no such file, or it holds other parameters.
    """
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise ValueError(f"the weights of ResNet-18 cannot be read: {path}: {error}") from error
    own = network.state_dict()
    shapes, loaded_shapes = (
        {name: tensor.shape for name, tensor in state.items() if not name.startswith("fc.")}
        for state in (own, loaded)
    )
    names = shapes.keys() | loaded_shapes
    if wrong := sorted(name for name in names if shapes.get(name) != loaded_shapes.get(name)):
        raise ValueError(
            f"{path} is not of this ResNet, in {len(wrong)} tensors such as {wrong[0]}: ResNet-18 "
            "is network=paper, and reads images of three channels"
        )
    network.load_state_dict({**own, **{name: loaded[name] for name in loaded_shapes}})
