"""The interface of a method: networks, pure objectives, and the phases that train them.

A method never trains itself. It says in data what is to be done (``phases``), and the harness's one
training loop does it. An objective is a pure function of its arguments, the parameters and the
buffers, so that K trials that differ only in numbers can be stacked with ``torch.func``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from models.hyperparameters import values_of

Batch = Mapping[str, Tensor]
"""Tensors of one minibatch; ``image`` is ``[B, C, H, W]`` in ``[0, 1]``."""
Noise = Mapping[str, Tensor]
"""The random draws of one step, by name."""
Values = Mapping[str, float | Tensor]
"""Numbers of one step: the method's ``Value`` hyperparameters and, of the loop, ``kl_weight`` and
``progress``, the finished share of the training steps in [0, 1)."""
Stats = dict[str, Tensor]
"""What an objective reports beside its loss: scalars by name."""


@dataclass(frozen=True)
class DataSpec:
    """What a method may know of the data when it is built.

    Attributes:
        image_shape: ``(channels, height, width)``.
        n_train: number of training examples (density estimates need it).
        n_identities: number of different objects or people they show; 0 if that is not known.
        modalities: shapes of what is given beside each image, by name.
    """

    image_shape: tuple[int, int, int]
    n_train: int
    n_identities: int = 0
    modalities: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def n_pixels(self) -> int:
        """Number of values in one image."""
        channels, height, width = self.image_shape
        return channels * height * width


@dataclass(frozen=True)
class Phase:
    """One update within a training step; a step runs a method's phases in order.

    Attributes:
        name: unique within the method; prefixes the statistics when there is more than one phase.
        objective: name of the method's objective ``(batch, noise, values) -> (loss, stats)``.
        trains: prefixes of the names of the parameters this phase updates; ``""`` is all of them.
        every: run in every n-th step.
        during: the share of the training steps in which it runs, from (inclusive) and to.
        gate: name of a method ``(stats of this step so far) -> bool tensor []``; the phase's
            update is skipped where it says False. None always updates.
        lr: name of the value that is this phase's learning rate.
        betas: Adam's decay rates.
    """

    name: str
    objective: str
    trains: tuple[str, ...] = ("",)
    every: int = 1
    during: tuple[float, float] = (0.0, 1.0)
    gate: str | None = None
    lr: str = "lr"
    betas: tuple[float, float] = (0.9, 0.999)


class Method(nn.Module):
    """Base class of every method.

    Subclasses set ``Hyperparameters`` (a frozen dataclass, see :mod:`models.hyperparameters`),
    build their networks in ``__init__`` and override ``draw`` and the objectives their phases name.
    What adapts during training is a buffer, updated in place by the objective. No objective
    branches on a tensor's value, draws random numbers or calls ``.item()``.

    A method that ``consumes`` pairs gets batches of an even size B with ``same`` beside ``image``,
    another image ``[B, C, H, W]`` of the same identity (or the same one), and ``identity``, int64
    ``[B]`` from 0 to ``n_identities - 1``.

    A method that ``needs`` modalities gets each of them, ``[B, ...]`` float32, in every batch.

    ``at_scale`` holds the hyperparameters that have another default at a scale, by its name: the
    published networks would take days where a smaller scale has minutes.
    """

    Hyperparameters: ClassVar[type[Any]]
    consumes: ClassVar[Literal["images", "pairs"]] = "images"
    needs: ClassVar[tuple[str, ...]] = ()
    at_scale: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def __init__(self, hyperparameters: Any, data: DataSpec) -> None:
        super().__init__()
        self.hyperparameters = hyperparameters
        self.data = data

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of one training step, in order."""
        return (Phase("train", "objective"),)

    def values(self) -> dict[str, float]:
        """Return the numeric hyperparameters that reach the objectives, by name."""
        return values_of(self.hyperparameters)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw the random numbers of one step for ``batch_size`` examples.

        Every tensor is ``[B, ...]``, a row an example, on the generator's device. The objectives
        see nothing random but these.
        """
        raise NotImplementedError

    def forward(
        self, objective: str, batch: Batch, noise: Noise, values: Values
    ) -> tuple[Tensor, Stats]:
        """Evaluate one objective; the entry point for ``torch.func.functional_call``."""
        loss, stats = getattr(self, objective)(batch, noise, values)
        return loss, stats
