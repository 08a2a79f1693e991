"""The references: codes that are the known factors, that are noise, and of an untrained network.

They run as any trial does, and are scored by the same code as a trained method, so that a table can
show each metric's ceiling and its chance levels beside the methods. They have nothing to train, and
the first two see no image (:class:`models.protocols.EncodesKnown`).
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.declaration import DataSpec
from models.method import Method, Noise, Phase
from models.reference.declarations import (
    OracleDeclaration,
    OracleHyperparameters,
    RandomDeclaration,
    RandomHyperparameters,
    UntrainedDeclaration,
)

_SIDE = 4
"""Of the maps that the untrained network's last layer reads."""


class Reference(Method):
    """Base of the references: a method without parameters, whose training does nothing."""

    def phases(self) -> tuple[Phase, ...]:
        """Return no updates."""
        return ()

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:  # noqa: ARG002
        """Draw nothing."""
        return {}


class OracleCodes(OracleDeclaration, Reference):
    """Reference: codes are the known factors, for each metric's ceiling; nothing is trained."""

    centre: Tensor

    def __init__(self, hyperparameters: OracleHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.register_buffer("centre", torch.tensor(0.5))

    def encode_known(self, rows: Tensor, factors: Mapping[str, Tensor]) -> dict[str, Tensor]:  # noqa: ARG002
        """Return ``appearance`` and ``pose``: the factors, each in [-0.5, 0.5] by its range."""
        return {group: values - self.centre for group, values in factors.items()}


class RandomCodes(RandomDeclaration, Reference):
    """Reference: codes are noise, for what each metric gives by chance; nothing is trained."""

    key: Tensor

    def __init__(self, hyperparameters: RandomHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.register_buffer("key", torch.randint(2**62, ()))

    def encode_known(self, rows: Tensor, factors: Mapping[str, Tensor]) -> dict[str, Tensor]:  # noqa: ARG002
        """Return ``latent``: ``d`` standard normal numbers, always the same for a row and seed."""
        key, d = int(self.key), self.hyperparameters.d
        drawn = [np.random.default_rng([key, row]).standard_normal(d) for row in rows.tolist()]
        return {"latent": torch.tensor(np.array(drawn), device=rows.device)}


class UntrainedCodes(UntrainedDeclaration, Reference):
    """Reference: codes of a network that has learnt nothing, for what each metric gives of that.

    What an image shows is in its pixels, and so in codes of random weights: a metric that these
    satisfy says nothing of what was learnt.
    """

    def __init__(self, hyperparameters: RandomHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        widths = (data.image_shape[0], 32, 64, 64)
        layers = [nn.Conv2d(before, after, 3) for before, after in pairwise(widths)]
        last = nn.Linear(widths[-1] * _SIDE**2, hyperparameters.d)
        weights = [*(layer.weight for layer in layers), last.weight]
        for place, weight in enumerate(weights):  # buffers: there is nothing to train
            self.register_buffer(f"weight{place}", weight.detach())
        self._n = len(layers)

    def encode(self, image: Tensor) -> dict[str, Tensor]:
        """Return ``latent``, ``[B, d]``: what initial weights make of ``[B, C, H, W]``."""
        *convolutions, last = (getattr(self, f"weight{place}") for place in range(self._n + 1))
        for weight in convolutions:
            image = F.conv2d(image, weight, stride=2, padding=1).relu()
        return {"latent": F.adaptive_avg_pool2d(image, _SIDE).flatten(1) @ last.mT}
