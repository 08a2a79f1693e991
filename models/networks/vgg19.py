"""The perceptual loss of RoDi's people model: differences of the activations of VGG-19.

After the authors' framework (edflow): mean absolute differences of the images and of five layers,
summed, times a thousandth of half the number of an image's values. There images are first resized
to 256 x 256 and cropped to 224 x 224 at random; here they are taken as they are.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.weights_file import read_weights

_WIDTHS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512)
"""Channels of the convolutions up to conv5_2; 0 is a pooling."""
_COMPARED = (1, 3, 5, 9, 13)
"""Places among the convolutions of conv1_2, conv2_2, conv3_2, conv4_2 and conv5_2."""
_MEAN = (103.939, 116.779, 123.68)
"""Of blue, green and red, 0 to 255."""
_SCALE = 0.5e-3


class PerceptualLoss(nn.Module):
    """``0.0005 n V`` of two batches: V sums mean absolute differences, n counts an image's values.

    The network learns nothing, and its weights are no part of a method's state: they are read from
    their file wherever the method is built.

    Args:
        path: VGG-19's weights for images as Caffe has them (blue, green, red; 0 to 255 less the
            mean), in a saved state dict with torchvision's names, ``features.0.weight`` and so on;
            it is unpickled without running code.

    Raises:
        ValueError: there is no such file, or it holds other parameters.
    """

    mean: Tensor

    def __init__(self, path: str) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        loaded = read_weights(path, "VGG-19")
        for place, (name, shape) in enumerate(_shapes()):
            for kind, wanted in (("weight", shape), ("bias", shape[:1])):
                found = loaded.get(f"{name}.{kind}")
                if found is None or tuple(found.shape) != wanted:
                    raise ValueError(f"{path} is not of VGG-19: it lacks {name}.{kind} {wanted}")
                self.register_buffer(f"{kind}{place}", found.float(), persistent=False)

    def forward(self, decoded: Tensor, image: Tensor) -> Tensor:
        """Return the loss of each image, ``[B]``.

        Args:
            decoded: ``[B, 3, H, W]`` in about [0, 1].
            image: likewise.
        """
        first, second = (255 * each.flip(1) - self.mean for each in (decoded, image))
        total = (first - second).abs().flatten(1).mean(1)
        place = 0
        for width in _WIDTHS:
            if not width:
                first, second = F.max_pool2d(first, 2), F.max_pool2d(second, 2)
                continue
            weight, bias = getattr(self, f"weight{place}"), getattr(self, f"bias{place}")
            first, second = (
                F.conv2d(each, weight, bias, padding=1).relu() for each in (first, second)
            )
            if place in _COMPARED:
                total = total + (first - second).abs().flatten(1).mean(1)
            place += 1
        return _SCALE * image[0].numel() * total


def _shapes() -> list[tuple[str, tuple[int, ...]]]:
    """Return the name and the shape of the weight of each convolution, in order."""
    shapes: list[tuple[str, tuple[int, ...]]] = []
    layer, before = 0, 3
    for width in _WIDTHS:
        if width:
            shapes.append((f"features.{layer}", (width, before, 3, 3)))
            before = width
        layer += 2 if width else 1  # a convolution is followed by its ReLU
    return shapes
