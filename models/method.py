"""The interface of a method: networks, pure objectives, and the phases that train them.

A method has no training loop. Its ``phases`` say which objective updates which parameters and when,
and the harness trains every method by them. An objective is a pure function of its arguments, the
parameters and the buffers, so that K trials that differ only in numbers can be stacked with
``torch.func``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.choices import OptimizerName
from models.declaration import DataSpec, Declaration
from models.hyperparameters import values_of

Batch = Mapping[str, Tensor]
"""Tensors of one minibatch; ``image`` is ``[B, C, H, W]`` in ``[0, 1]``."""
Noise = Mapping[str, Tensor]
"""The random draws of one step, by name."""
Values = Mapping[str, float | Tensor]
"""The numbers of one step: the method's ``Value`` hyperparameters; ``kl_weight``, the warm-up of KL
terms in [0, 1]; and ``progress``, the share of the training steps that are done, in [0, 1)."""
Stats = dict[str, Tensor]
"""The statistics that an objective returns beside its loss: scalars by name."""


@dataclass(frozen=True)
class Phase:
    """One update within a training step; a step runs a method's phases in order.

    Attributes:
        name: unique within the method; prefix of the statistics if there is more than one phase.
        objective: name of the method's objective ``(batch, noise, values) -> (loss, stats)``.
        trains: prefixes of the names of the parameters that it updates; ``""`` is all of them, and
            no prefix is none: the objective then keeps what it learns in buffers.
        every: it runs in every n-th step.
        repeats: how often it runs in such a step, one update after the other.
        over: names of what in the batch and in the noise has a second axis of length ``repeats``;
            each run is given one slice of it, ``[B, ...]``.
        shares: prefixes, all among ``trains``, of parameters whose Adam is that of every phase
            that shares them, moments and number of updates in common. Other parameters have one of
            this phase's own.
        during: the part of the training in which it runs, from (inclusive) and to, in [0, 1].
        gate: name of a method ``(statistics of this step so far) -> bool tensor []``; where that
            is False, the update is skipped. None always updates.
        lr: name of the value that is its learning rate.
        betas: Adam's decay rates.
        optimizer: what updates its parameters, Adam or plain gradient descent.
    """

    name: str
    objective: str
    trains: tuple[str, ...] = ("",)
    every: int = 1
    repeats: int = 1
    over: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    during: tuple[float, float] = (0.0, 1.0)
    gate: str | None = None
    lr: str = "lr"
    betas: tuple[float, float] = (0.9, 0.999)
    optimizer: OptimizerName = "adam"


class Method(Declaration, nn.Module):
    """Base class of every method.

    Subclasses set ``Hyperparameters`` and the other attributes of
    :class:`models.declaration.Declaration`, build their networks in ``__init__`` and override
    ``draw`` and the objectives of their phases. State that adapts during training is a buffer,
    which an objective updates in place. No objective branches on a tensor's value, draws random
    numbers or calls ``.item()``.
    """

    def __init__(self, hyperparameters: Any, data: DataSpec) -> None:
        super().__init__()
        self.hyperparameters = hyperparameters
        self.data = data

    def phases(self) -> tuple[Phase, ...]:
        """Return the updates of one training step, in order."""
        return (Phase("train", "objective"),)

    def values(self) -> dict[str, float]:
        """Return the ``Value`` hyperparameters, which the objectives are given, by name."""
        return values_of(self.hyperparameters)

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        """Draw the random numbers of one step for ``batch_size`` examples.

        Every tensor is ``[B, ...]``, one row for each example, on the generator's device, and
        ``[B, m, ...]`` if a phase that repeats ``m`` times is to get one slice a run. The
        objectives use no other random numbers.
        """
        raise NotImplementedError

    def forward(
        self, objective: str, batch: Batch, noise: Noise, values: Values
    ) -> tuple[Tensor, Stats]:
        """Evaluate an objective by its name; the entry point of ``torch.func.functional_call``."""
        loss, stats = getattr(self, objective)(batch, noise, values)
        return loss, stats


def sliced(tensors: Mapping[str, Tensor], phase: Phase, run: int) -> dict[str, Tensor]:
    """Return a batch, or its noise, as run number ``run`` of a phase is given it."""
    return {
        name: tensor[:, run] if name in phase.over else tensor for name, tensor in tensors.items()
    }


def device_of(method: nn.Module) -> torch.device:
    """Return where a method's tensors are; the CPU if it has none, as a guess without networks."""
    tensors = method.state_dict().values()
    return next((tensor.device for tensor in tensors), torch.device("cpu"))
