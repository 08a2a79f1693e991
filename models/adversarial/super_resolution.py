"""AIGN for faces in low resolution: by a renderer, with pairs, and the cycle baseline."""

import torch
from torch import Tensor

from models.adversarial.declarations import (
    CycleDeclaration,
    PairedDeclaration,
    SuperResolutionHyperparameters,
    UnpairedDeclaration,
)
from models.adversarial.restoration import Restoration
from models.declaration import DataSpec
from models.method import Batch, Values
from models.networks.aign.discriminator import Discriminator
from models.networks.aign.generators import SuperResolution, Translation
from models.networks.aign.layers import initialise
from models.renderers.images import average_pool
from models.renderers.resampling import bicubic, shrunk

FACTOR = 4
"""How many times higher and wider a restored image is."""


def _require_sides(data: DataSpec) -> None:
    if any(side % FACTOR for side in data.image_shape[1:]):
        raise ValueError(
            f"super-resolution by {FACTOR} needs images whose sides are multiples of {FACTOR}, and "
            f"these are of {data.image_shape[1]}x{data.image_shape[2]} pixels: choose others"
        )


class _Enlarging(Restoration):
    """Base of the three: low resolution is bicubic, a quarter of height and width."""

    hyperparameters: SuperResolutionHyperparameters

    def __init__(self, hyperparameters: SuperResolutionHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        _require_sides(data)
        hp = hyperparameters
        self.discriminator = Discriminator(hp.network, data.image_shape, 5, hp.d_hidden)
        self.build(hyperparameters, data)
        initialise(self, hp.init_std)

    def build(self, hyperparameters: SuperResolutionHyperparameters, data: DataSpec) -> None:
        """Make the generator."""
        self.generator = SuperResolution(hyperparameters.network, data.image_shape[0])

    def small(self, batch: Batch) -> Tensor:
        """Return the images at a quarter of their height and width, in [0, 1]."""
        return shrunk(batch["image"], FACTOR)

    def seen(self, batch: Batch) -> Tensor:
        """Return the small images."""
        return self.scaled(self.small(batch))

    def generated(self, seen: Tensor) -> Tensor:
        """Return what the network makes of what is seen, ``[B, C, H, W]`` in [-1, 1]."""
        large: Tensor = self.generator(seen)
        return large

    def restored(self, seen: Tensor, batch: Batch) -> Tensor:
        """Return the generator's images, four times as high and wide.

        With ``skip`` it adds to the bicubic enlargement, and training starts close to that.
        """
        large = self.generated(seen)
        if not self.hyperparameters.skip:
            return large
        return (bicubic(seen, *batch["image"].shape[-2:]) + large).clamp(-1, 1)

    def rendered(self, restored: Tensor, batch: Batch) -> Tensor:
        """Return the means over squares of 4x4 pixels."""
        del batch
        return average_pool(restored, FACTOR)


class AIGNSuperResolution(UnpairedDeclaration, _Enlarging):
    """AIGN: faces in high resolution without pairs, like a memory's and true to the small image.

    The renderer averages where the input is bicubic, as in the code for faces: the two differ a
    little also for a perfect image.
    """

    def reconstruction_loss(
        self, restored: Tensor, seen: Tensor, batch: Batch, values: Values
    ) -> Tensor:
        """Return the mean squared error of small images, and ``w_grey`` times that of grey ones."""
        difference = self.rendered(restored, batch) - seen
        grey = difference.mean(1).square().mean()
        return difference.square().mean() + values["w_grey"] * grey


class AIGNSuperResolutionPaired(PairedDeclaration, _Enlarging):
    """AIGN: faces in high resolution, with the true image of each as its target."""

    def reconstruction_loss(
        self, restored: Tensor, seen: Tensor, batch: Batch, values: Values
    ) -> Tensor:
        """Return the mean squared error of the restored image itself, ``[]``."""
        del seen, values
        return (restored - self.scaled(batch["image"])).square().mean()


class CycleSuperResolution(CycleDeclaration, _Enlarging):
    """Cycle baseline: a learnt network instead of a renderer leads back to the small image.

    Both networks map images to images of one size, so that the small image is enlarged first, by
    bicubic resampling.
    """

    generator: torch.nn.ModuleDict

    def build(self, hyperparameters: SuperResolutionHyperparameters, data: DataSpec) -> None:
        """Make both networks; they are trained together."""
        size, channels = hyperparameters.network, data.image_shape[0]
        self.generator = torch.nn.ModuleDict(
            {"there": Translation(size, channels), "back": Translation(size, channels)}
        )

    def seen(self, batch: Batch) -> Tensor:
        """Return the small images, enlarged."""
        return bicubic(super().seen(batch), *batch["image"].shape[-2:]).clamp(-1, 1)

    def generated(self, seen: Tensor) -> Tensor:
        """Return what the first network makes."""
        there: Tensor = self.generator["there"](seen)
        return there

    def rendered(self, restored: Tensor, batch: Batch) -> Tensor:
        """Return what the second network makes of it."""
        del batch
        back: Tensor = self.generator["back"](restored)
        return back
