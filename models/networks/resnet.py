"""ResNet-18 and ResNet-50 (He et al., 2016), with torchvision's names and shapes of parameters.

Our own, because torchvision cannot be imported beside a torch that is built without CUDA.
"""

from torch import Tensor, nn

from models.networks.weights_file import read_weights

STAGES = (64, 128, 256, 512)
"""Channels of the four stages, before their expansion."""

DEPTHS_50 = (3, 4, 6, 3)
"""Blocks in the stages of ResNet-50."""


class BasicBlock(nn.Module):
    """``relu(x + bn2(conv2(relu(bn1(conv1(x))))))`` with 3 x 3 convolutions.

    Args:
        before: channels of the input.
        after: channels of the output.
        stride: of the first convolution; where it or the channels change the shape, ``x`` is
            mapped by a 1 x 1 convolution with normalisation.
    """

    expansion = 1
    """Channels of the output over those of its stage."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = _shortcut(before, after, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, before, H, W]`` to ``[B, after, H / stride, W / stride]``."""
        added: Tensor = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        shortcut: Tensor = self.downsample(x)
        return (shortcut + added).relu()


class Bottleneck(nn.Module):
    """The block of ResNet-50: 1 x 1, 3 x 3 and 1 x 1 convolutions, the last to four times as many.

    Args:
        before: channels of the input.
        after: channels of the first two convolutions.
        stride: of the 3 x 3 convolution, as in torchvision; see :class:`BasicBlock`.
    """

    expansion = 4

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        wide = self.expansion * after
        self.conv1 = nn.Conv2d(before, after, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.conv3 = nn.Conv2d(after, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = _shortcut(before, wide, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, before, H, W]`` to ``[B, 4 after, H / stride, W / stride]``."""
        narrow = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())).relu()
        added: Tensor = self.bn3(self.conv3(narrow))
        shortcut: Tensor = self.downsample(x)
        return (shortcut + added).relu()


class ResNet(nn.Module):
    """A ResNet: a stem that quarters the sides, four stages, global average, one linear layer.

    Args:
        channels: of the images.
        n_outputs: width of the last layer; 1000 in torchvision's.
        stages: channels of each stage.
        blocks: residual blocks in each stage; two in ResNet-18.
        kind: of the blocks.
    """

    def __init__(
        self,
        channels: int,
        n_outputs: int,
        stages: tuple[int, int, int, int] = STAGES,
        blocks: int | tuple[int, int, int, int] = 2,
        kind: type[BasicBlock | Bottleneck] = BasicBlock,
    ) -> None:
        super().__init__()
        before = stages[0]
        self.conv1 = nn.Conv2d(channels, before, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(before)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        depths = (blocks,) * len(stages) if isinstance(blocks, int) else blocks
        for i, (after, depth) in enumerate(zip(stages, depths, strict=True)):
            first, wide = kind(before, after, stride=2 if i else 1), kind.expansion * after
            rest = (kind(wide, after, stride=1) for _ in range(depth - 1))
            self.add_module(f"layer{i + 1}", nn.Sequential(first, *rest))
            before = wide
        self.fc = nn.Linear(before, n_outputs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def features(self, image: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` to the averages ``[B, n]`` that the last layer reads."""
        x = self.maxpool(self.bn1(self.conv1(image)).relu())
        for name in ("layer1", "layer2", "layer3", "layer4"):
            x = getattr(self, name)(x)
        averages: Tensor = x.mean((2, 3))
        return averages

    def forward(self, image: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` to ``[B, n_outputs]``."""
        numbers: Tensor = self.fc(self.features(image))
        return numbers


def load_trunk(network: ResNet, path: str) -> None:
    """Load a file of weights, such as torchvision's, into all layers of a network but the last.

    Args:
        network: a network with the same stages and channels of images.
        path: a saved state dict; it is unpickled without running code.

    Raises:
        ValueError: there is no such file, or it holds other parameters.
    """
    loaded = read_weights(path, "a ResNet")
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


def _shortcut(before: int, after: int, stride: int) -> nn.Module:
    """Return what maps a block's input to the shape of its output."""
    if stride == 1 and before == after:
        return nn.Identity()
    convolution = nn.Conv2d(before, after, 1, stride, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after))
