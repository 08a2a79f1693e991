"""The update of stacked parameters: one optimizer of several trials at once.

The moments of a block of parameters are flat, a row a trial, so that an update is a few operations
whatever the number of trials and of parameters. What the trials' own optimizers remember becomes
views of them: a trial can be written down or trained by itself at any time. In a row they are in
the order in which their parameters lie in memory, by which torch's kernel goes through both.

Torch's optimizers have one learning rate and one number of updates for all they are given. Here
each trial has its own, so the arithmetic of Adam (Kingma and Ba 2015, algorithm 1) is written out;
it is that of ``torch.optim.Adam`` but for the order of roundings. On a CPU, where a launch costs
little and memory is slow, torch's own kernel goes over the trials instead: one pass over each
trial's numbers, which stay in the cache, and not eight over those of all.
"""

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any

import torch
from torch import Tensor

from harness.training.torch_private import FUSED, SGD, Optimizer, fused_adam, in_memory

_MOMENTS = ("exp_avg", "exp_avg_sq")

ONE_BY_ONE = ("cpu",) if FUSED else ()
"""Types of devices on which Adam goes over the trials of a stack."""


class Block:
    """Some parameters of one optimizer, of K trials.

    Args:
        optimizers: the same one of every trial.
        columns: which of its parameters; they have one type, and one number of updates a trial.
        parameters: these, ``[K, ...]`` each; those of the trials are views of them.

    Attributes:
        moments: of Adam, flat, ``[K, n]`` each; none of gradient descent.
        steps: updates of each trial and parameter, ``[K, J]``; empty of gradient descent.
    """

    def __init__(
        self, optimizers: Sequence[Optimizer], columns: Sequence[int], parameters: list[Tensor]
    ) -> None:
        self.columns, self.parameters = tuple(columns), parameters
        self._orders = [in_memory(each[0]) for each in parameters]
        self.moments, self.steps = list[Tensor](), torch.empty(0)
        self._adam = not isinstance(optimizers[0], SGD)
        groups = [each.param_groups[0] for each in optimizers]
        self._rates_of = [float(group["lr"]) for group in groups]
        self._rates = torch.tensor(self._rates_of, dtype=torch.float64)
        self._rates = self._rates.to(parameters[0].device)
        if self._adam:
            self._betas, self._eps = groups[0]["betas"], groups[0]["eps"]
            self._remember(optimizers)

    def _remember(self, optimizers: Sequence[Optimizer]) -> None:
        """Stack what Adam remembers of the parameters; the trials' own become views of it."""
        own = [[each.parameters[j] for j in self.columns] for each in optimizers]
        rows = list(zip(optimizers, own, strict=True))
        known = [[adam.state.get(p) or _untouched(p) for p in row] for adam, row in rows]
        # One a parameter, though they are equal: alone, the optimizer counts up each.
        self.steps = torch.stack([torch.stack([s["step"] for s in row]) for row in known])
        self.moments = [
            torch.stack([self._flat([s[name] for s in row]) for row in known]) for name in _MOMENTS
        ]
        views = [self._parts(moment) for moment in self.moments]
        self._of_trials = [
            (
                self._as_they_lie([parameter.detach()[i] for parameter in self.parameters]),
                [self._as_they_lie([part[i] for part in view]) for view in views],
                list(self.steps[i].unbind()),
            )
            for i in range(len(rows))
        ]
        for i, (adam, row) in enumerate(rows):
            for j, parameter in enumerate(row):
                moments = {name: view[j][i] for name, view in zip(_MOMENTS, views, strict=True)}
                adam.state[parameter] = {"step": self.steps[i, j], **moments}

    def part(self, optimizers: Sequence[Optimizer], which: Iterable[bool]) -> "Block":
        """Return a block of some of the parameters."""
        chosen = list(which)
        kept = list(compress(self.parameters, chosen))
        return Block(optimizers, list(compress(self.columns, chosen)), kept)

    def _parts(self, flat: Tensor) -> list[Tensor]:
        """Return views of what is flat, in the parameters' shapes."""
        parts = torch.split(flat, [each[0].numel() for each in self.parameters], 1)
        views = []
        for part, parameter, order in zip(parts, self.parameters, self._orders, strict=True):
            lying = part.view(len(flat), *(parameter.shape[1 + axis] for axis in order))
            views.append(lying.permute(0, *(1 + order.index(axis) for axis in range(len(order)))))
        return views

    def _as_they_lie(self, tensors: Iterable[Tensor]) -> list[Tensor]:
        """Return views of tensors of one trial, with their axes as they lie in memory."""
        return [each.permute(order) for each, order in zip(tensors, self._orders, strict=True)]

    def _flat(self, tensors: Iterable[Tensor]) -> Tensor:
        return torch.cat([each.reshape(-1) for each in self._as_they_lie(tensors)])

    @torch.no_grad()
    def update(self, gradients: Sequence[Tensor], on: Tensor | None) -> None:
        """Update all parameters.

        Args:
            gradients: of each, ``[K, ...]``.
            on: which trials are updated, bool ``[K]``; None for all. Of the others neither the
                parameters nor what the optimizer remembers change, whatever their gradients are.
        """
        lying = [
            each.permute(0, *(1 + axis for axis in order))
            for each, order in zip(gradients, self._orders, strict=True)
        ]
        if self._adam and self.steps.device.type in ONE_BY_ONE:
            self._adam_of_each(lying, on)
            return
        gradient = torch.cat([each.reshape(len(each), -1) for each in lying], 1)
        if on is not None:
            gradient = torch.where(on[:, None], gradient, 0.0)
        change = (
            self._adams_change(gradient, on)
            if self._adam
            else gradient.mul_(_row(-self._rates, gradient))
        )
        torch._foreach_add_(self.parameters, self._parts(change))

    def _adam_of_each(self, lying: Sequence[Tensor], on: Tensor | None) -> None:
        """Update the trials one after another, by torch's kernel; the axes are as they lie."""
        self.steps.add_(1.0 if on is None else on[:, None])
        updated = [True] * len(self._of_trials) if on is None else on.tolist()
        for i in compress(range(len(updated)), updated):
            own, moments, steps = self._of_trials[i]
            found = [each[i].contiguous() for each in lying]
            lr, betas, eps = self._rates_of[i], self._betas, self._eps
            fused_adam(own, found, moments, steps, lr=lr, betas=betas, eps=eps)

    def _adams_change(self, gradient: Tensor, on: Tensor | None) -> Tensor:
        """Return what Adam adds to the parameters, flat; note the gradient in its moments."""
        first, second = self._betas
        mean, square = self.moments
        self.steps.add_(1.0 if on is None else on[:, None])
        steps = self.steps[:, 0].double()
        rates, scale = -self._rates / (1 - first**steps), (1 - second**steps).sqrt()
        if on is None:
            mean.lerp_(gradient, 1 - first)
            square.mul_(second)
        else:
            rates, scale = torch.where(on, rates, 0.0), torch.where(on, scale, 1.0)
            mean.lerp_(gradient, _row((1 - first) * on.double(), mean))
            # Of two plain numbers torch would make single precision.
            square.mul_(_row(torch.where(on, torch.full_like(scale, second), 1.0), square))
        square.addcmul_(gradient, gradient, value=1 - second)
        change = square.sqrt().div_(_row(scale, square)).add_(self._eps)
        return torch.div(mean, change, out=change).mul_(_row(rates, change))


def blocks(optimizers: Sequence[Optimizer], parameters: list[Tensor]) -> list[Block]:
    """Return blocks of the parameters of one optimizer: as few as can be.

    Apart are those of different types, and those that have not been updated equally often: some
    may get no gradient in a phase that shares them.

    Args:
        optimizers: the same one of every trial.
        parameters: all of its parameters, ``[K, ...]`` each.
    """
    alike: dict[Any, list[int]] = {}
    for j, parameter in enumerate(parameters):
        steps = tuple(_steps_of(each, j) for each in optimizers)
        alike.setdefault((parameter.dtype, steps), []).append(j)
    return [Block(optimizers, each, [parameters[j] for j in each]) for each in alike.values()]


def _steps_of(optimizer: Optimizer, column: int) -> float:
    return float(optimizer.state.get(optimizer.parameters[column], {}).get("step", 0.0))


def _untouched(parameter: Tensor) -> dict[str, Tensor]:
    """Return what Adam remembers of a parameter before its first update."""
    moments = {name: torch.zeros_like(parameter, requires_grad=False) for name in _MOMENTS}
    return {"step": torch.zeros((), device=parameter.device), **moments}


def _row(numbers: Tensor, like: Tensor) -> Tensor:
    """Return a number of each trial ``[K]`` as a factor of what is flat."""
    return numbers.to(like.dtype)[:, None]
