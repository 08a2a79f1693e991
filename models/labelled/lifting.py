"""Lifting: where joints are in the image, then where they are in space (Martinez et al., 2017)."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.declaration import LABELLED, DataSpec
from models.labelled.declarations import LiftingDeclaration
from models.labelled.hyperparameters import LiftingHyperparameters
from models.method import Batch, Method, Noise, Phase, Stats, Values
from models.networks.semix import Normalised, person_encoder
from models.pictures import from_unit_interval

JOINTS, JOINTS_2D, KEPT = "joints_3d", "joints_2d", "kept"


class Lifting(LiftingDeclaration, Method):
    """Supervised regression: joints in the image, found by a network, lifted into space by another.

    J. Martinez, R. Hossain, J. Romero and J. J. Little, *A simple yet effective baseline for 3d
    human pose estimation* (2017): layers with BatchNorm, ReLU and dropout, in residual blocks of
    two, from places in the image to joints in space. Theirs come from a detector that was trained
    elsewhere; here a network as SemiX's encoder learns them from the same images. The lifting is
    trained on true places.
    """

    def __init__(self, hyperparameters: LiftingHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        hp = hyperparameters
        self.places, self.joints = data.modalities[JOINTS_2D], data.modalities[JOINTS]
        n_places = math.prod(self.places)
        self.detector = person_encoder(hp.network, data.image_shape, n_places)
        widths = n_places, *[hp.width] * (1 + 2 * hp.blocks)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(before, after), Normalised(after), nn.ReLU())
            for before, after in pairwise(widths)
        )
        self.last = nn.Linear(hp.width, math.prod(self.joints))

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of both networks, neither of which needs the other."""
        return (
            Phase("lifting", "lifting", ("layers.", "last.")),
            Phase("detecting", "detecting", ("detector.",)),
        )

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw ``kept``, uniform in [0, 1) ``[B, layers, width]``, by which numbers are dropped."""
        shape = batch_size, len(self.layers), self.hyperparameters.width
        return {KEPT: torch.rand(shape, generator=generator, device=generator.device)}

    def detecting(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the squared error of the places that are found, in half images."""
        del noise, values
        off = (self.detect(batch["image"]) - batch[JOINTS_2D]).square().flatten(1).sum(1)
        return _mean(off, batch[LABELLED]), {}

    def lifting(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        """Return the squared error of the joints that true places are lifted to, in units."""
        p = values["dropout"]
        kept = (noise[KEPT] >= p).to(batch[JOINTS].dtype) / (1 - p)
        off = self._lifted(batch[JOINTS_2D], kept) - batch[JOINTS] / self.hyperparameters.joint_unit
        return _mean(off.square().flatten(1).sum(1), batch[LABELLED]), {}

    def detect(self, image: Tensor) -> Tensor:
        """Return where the joints are in images ``[B, C, H, W]``, ``[B, J, 2]``."""
        places: Tensor = self.detector(from_unit_interval(image)).reshape(-1, *self.places)
        return places

    def lift(self, places: Tensor) -> Tensor:
        """Return the joints in space ``[B, J, 3]`` of places in the image ``[B, J, 2]``."""
        unit: float = self.hyperparameters.joint_unit
        return self._lifted(places, None) * unit

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``joints_2d`` as found in images, and ``joints_3d`` lifted from these."""
        places = self.detect(image)
        return {JOINTS_2D: places, JOINTS: self.lift(places)}

    def _lifted(self, places: Tensor, kept: Tensor | None) -> Tensor:
        made: list[Tensor] = [places.flatten(1)]
        for i, layer in enumerate(self.layers):
            x = layer(made[-1])
            x = x if kept is None else x * kept[:, i]
            # The second layer of a block adds to what the block was given.
            made.append(x + made[-2] if i and i % 2 == 0 else x)
        joints: Tensor = self.last(made[-1]).reshape(-1, *self.joints)
        return joints


def _mean(values: Tensor, marks: Tensor) -> Tensor:
    """Return the mean of ``[B]`` over the marked images; 0 if there is none."""
    return (values * marks).sum() / marks.sum().clamp(min=1)
