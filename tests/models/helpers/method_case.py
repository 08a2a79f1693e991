"""A method together with what it is checked on: hyperparameters, images, noise, numbers."""

import math
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from models.declaration import DataSpec
from models.method import Method, Noise

BATCH = 6
DATA = DataSpec((1, 8, 8), n_train=64, n_identities=3)


@dataclass(frozen=True)
class Case:
    """A method with the hyperparameters and the data it is checked on.

    ``idle`` are the numbers that nothing reads with these choices of structure. ``falls`` is how
    the name of the statistic ends that training lowers: in a game of two, no loss has to fall.
    """

    method: type[Method]
    hyperparameters: Any
    data: DataSpec = DATA
    idle: frozenset[str] = field(default_factory=frozenset)
    falls: str = "loss"

    def build(self, seed: int = 0) -> Method:
        """In float64, so that two orders of summation agree to far less than an error would."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return self.method(self.hyperparameters, self.data).double()

    def batch(self, seed: int = 0, size: int = BATCH) -> dict[str, Tensor]:
        """Bright discs at random places: something with an appearance and a pose.

        In pairs, the identity is the disc's size, and ``same`` has it at another place.
        """
        generator = torch.Generator().manual_seed(100 + seed)
        x, y, radius = torch.rand((3, size, 1, 1, 1), generator=generator, dtype=torch.float64)
        names = *self.method.needs, *(n for n in self.method.uses if n in self.data.modalities)
        given = {name: self._modality(name, x, y) for name in names}
        for name in self._unpaired():
            others = [self._modality(name, y.roll(i), x.roll(i)) for i in range(self._repeats())]
            given[name] = torch.stack(others, 1)
        if self.method.recalls:
            given["memory"] = self._discs(y.roll(1), x.roll(1), radius.roll(2))
        if self.method.consumes == "images":
            return {"image": self._discs(x, y, radius), **given}
        identity = torch.arange(size) % self.data.n_identities
        radius = (identity / (self.data.n_identities - 1)).double().reshape(-1, 1, 1, 1)
        x_same, y_same = torch.rand((2, size, 1, 1, 1), generator=generator, dtype=torch.float64)
        image, same = self._discs(x, y, radius), self._discs(x_same, y_same, radius)
        return {"image": image, "same": same, "identity": identity, **given}

    def _unpaired(self) -> list[str]:
        names = [name for name in self.method.unpaired if name in self.data.modalities]
        return names if names and self._repeats() else []

    def _repeats(self) -> int:
        phases = self.build().phases()
        return max((phase.repeats for phase in phases if phase.over), default=0)

    def _modality(self, name: str, x: Tensor, y: Tensor) -> Tensor:
        """Numbers that say where the disc is, in every one of the modality's values.

        Of marks, which are 1 or 0, every third is 0, and those in pictures are in [0, 1].
        """
        shape = self.data.modalities[name]
        if name.startswith("labelled"):
            return (torch.arange(len(x)) % 3 != 2).double()
        if name == "hidden":
            height, width = self.data.image_shape[1:]
            places = [x.flatten() * width / 2, y.flatten() * height / 2]
            sides = [torch.full_like(places[0], side / 2) for side in (width, height)]
            return torch.stack([*places, *sides], 1).round()
        if len(shape) == 3:
            disc = self._discs(x, y, torch.full_like(x, 0.5))[:, :1]
            return disc.repeat(1, shape[0], 1, 1)
        steps = torch.arange(math.prod(shape), dtype=torch.float64).reshape(shape)
        x, y = (at.reshape(-1, *[1] * len(shape)) for at in (x, y))
        return (2 * x - 1) * steps.cos() + (2 * y - 1) * steps.sin()

    def _discs(self, x: Tensor, y: Tensor, radius: Tensor) -> Tensor:
        channels, height, width = self.data.image_shape
        rows = torch.linspace(0, 1, height, dtype=torch.float64)[:, None]
        columns = torch.linspace(0, 1, width, dtype=torch.float64)
        distance = ((columns - x).square() + (rows - y).square()) / (0.1 + 0.2 * radius).square()
        return (-distance).exp().expand(-1, channels, -1, -1).clone()

    def noise(self, method: Method, seed: int = 0, size: int = BATCH) -> Noise:
        drawn = method.draw(size, torch.Generator().manual_seed(200 + seed))
        return {name: tensor.double() for name, tensor in drawn.items()}

    def values(self, method: Method, member: int = 0) -> dict[str, float]:
        """Different numbers for each member."""
        values = {**method.values(), "kl_weight": 0.5, "progress": 0.25}
        return {name: value * (1 + 0.3 * member) for name, value in values.items()}
