"""Guesses of restored images that a method must beat: an enlarged copy, a mean or a blurred hole.

They have no networks, and are scored as any method is.
"""

import torch
from torch import Tensor

from models.declaration import HIDDEN, DataSpec
from models.method import Batch, Method, Noise, Phase, Stats, Values
from models.reference.codes import Reference
from models.reference.declarations import (
    BicubicDeclaration,
    BlurredHoleDeclaration,
    MeanHoleDeclaration,
)
from models.renderers.images import average_pool, filled_inwards, mask, visible_outside
from models.renderers.resampling import bicubic, shrunk

FACTOR = 4


class Bicubic(BicubicDeclaration, Reference):
    """Reference: small images enlarged four times by bicubic resampling; nothing is trained."""

    def small(self, batch: Batch) -> Tensor:
        """Return the images at a quarter of their height and width, ``[B, C, h, w]``."""
        return shrunk(batch["image"], FACTOR)

    def observe(self, batch: Batch) -> Tensor:
        """Return the small images."""
        return self.small(batch)

    def restore(self, batch: Batch) -> Tensor:
        """Return the small images enlarged, ``[B, C, H, W]`` in [0, 1]."""
        return bicubic(self.small(batch), *batch["image"].shape[-2:]).clamp(0, 1)

    def recover(self, batch: Batch) -> Tensor:
        """Return the means of the enlarged images over squares of 4x4 pixels."""
        return average_pool(self.restore(batch), FACTOR)


class _Hole(Method):
    """Base of both ways to fill a hidden box; the pixels outside it stay as they are."""

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:  # noqa: ARG002
        """Draw nothing."""
        return {}

    def visible(self, batch: Batch) -> Tensor:
        """Return which pixels are outside the boxes, ``[B, 1, H, W]``."""
        height, width = batch["image"].shape[-2:]
        return visible_outside(batch[HIDDEN], height, width).to(batch["image"].dtype)

    def observe(self, batch: Batch) -> Tensor:
        """Return the images with hidden pixels 0."""
        return mask(batch["image"], self.visible(batch))

    def recover(self, batch: Batch) -> Tensor:
        """Return what is seen, which a guess of the rest does not change."""
        return self.observe(batch)


class MeanHole(MeanHoleDeclaration, _Hole):
    """Reference: a hidden box is filled with the mean of the training images at its pixels."""

    total: Tensor
    count: Tensor

    def __init__(self, hyperparameters: object, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.register_buffer("total", torch.zeros(data.image_shape))
        self.register_buffer("count", torch.zeros(()))

    def phases(self) -> tuple[Phase, ...]:
        """Return the phase that looks at the batches, and trains nothing."""
        return (Phase("look", "look", ()),)

    def look(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Add the images of a batch; return the squared error of the mean of all so far."""
        del noise, values
        image = batch["image"]
        self.total += image.sum(0)
        self.count += len(image)
        return (image - self._mean()).square().mean(), {}

    def restore(self, batch: Batch) -> Tensor:
        """Return what is seen, and the mean image elsewhere, ``[B, C, H, W]``."""
        visible = self.visible(batch)
        return visible * batch["image"] + (1 - visible) * self._mean()

    def _mean(self) -> Tensor:
        return self.total / self.count.clamp(min=1)


class BlurredHole(BlurredHoleDeclaration, _Hole):
    """Reference: a hidden box is filled from its border inwards, by averages of neighbours."""

    def phases(self) -> tuple[Phase, ...]:
        """Return no updates."""
        return ()

    def restore(self, batch: Batch) -> Tensor:
        """Return what is seen and, elsewhere, averages of neighbours, ``[B, C, H, W]``."""
        visible = self.visible(batch)
        return filled_inwards(batch["image"] * visible, visible).clamp(0, 1)
