"""Parameters of several trials that one optimizer updates together, and the update itself.

A block holds them flat, a row a trial, so that an update is a few operations whatever the number of
trials and of parameters. The trials' own parameters and the moments in their optimizers become
views of it: a trial can be evaluated, written down or trained by itself at any time.

Torch's optimizers have one learning rate and one number of updates for all they are given. Here
each trial has its own, so the arithmetic of Adam (Kingma and Ba 2015, algorithm 1) is written out;
it is that of ``torch.optim.Adam`` but for the order of roundings.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from harness.training.torch_private import SGD, Optimizer

_MOMENTS = ("exp_avg", "exp_avg_sq")


class Block:
    """Some parameters of one optimizer, of K trials.

    Args:
        optimizers: the same one of every trial.
        columns: which of its parameters; they have one type, and one number of updates a trial.

    Attributes:
        columns: see there.
        parameters: ``[K, ...]`` each, leaves of the graph.
    """

    def __init__(self, optimizers: Sequence[Optimizer], columns: Sequence[int]) -> None:
        self.columns, self._optimizers = tuple(columns), optimizers
        self._adam = not isinstance(optimizers[0], SGD)
        own = [[each.parameters[j] for j in columns] for each in optimizers]
        self._flat = _flat(own)
        self.parameters = [part.requires_grad_() for part in _parts(self._flat, own[0])]
        groups = [each.param_groups[0] for each in optimizers]
        self._lr = torch.tensor([group["lr"] for group in groups], dtype=torch.float64)
        self._lr = self._lr.to(self._flat.device)
        if self._adam:
            self._betas, self._eps = groups[0]["betas"], groups[0]["eps"]
            known = [[o.state.get(p) or _untouched(p) for p in row] for o, row in self._rows(own)]
            self._steps = torch.stack([states[0]["step"] for states in known])
            self._moments = [
                _flat([[state[name] for state in states] for states in known]) for name in _MOMENTS
            ]
        self._bind(own)

    def _rows(self, own: list[list[Tensor]]) -> Any:
        return zip(self._optimizers, own, strict=True)

    def _bind(self, own: list[list[Tensor]]) -> None:
        """Make views of the trials' parameters, and of what their optimizers remember of them."""
        parts = _parts(self._flat, own[0])
        moments = [_parts(moment, own[0]) for moment in self._moments] if self._adam else []
        for i, (optimizer, row) in enumerate(self._rows(own)):
            for j, parameter in enumerate(row):
                parameter.data = parts[j][i]
                if self._adam:
                    views = (moment[j][i] for moment in moments)
                    optimizer.state[parameter] = {
                        "step": self._steps[i],
                        **dict(zip(_MOMENTS, views, strict=True)),
                    }

    @torch.no_grad()
    def update(self, gradients: Sequence[Tensor], on: Tensor | None) -> None:
        """Update all parameters.

        Args:
            gradients: of each, ``[K, ...]``.
            on: which trials are updated, bool ``[K]``; None for all. Of the others neither the
                parameters nor what the optimizer remembers change, whatever their gradients are.
        """
        gradient = torch.cat(
            [each.flatten(1) if each.dim() > 1 else each[:, None] for each in gradients], 1
        )
        if on is not None:
            gradient = torch.where(on[:, None], gradient, 0.0)
        if self._adam:
            self._step_of_adam(gradient, on)
        else:
            self._flat.addcmul_(gradient, self._row(-self._lr))

    def _step_of_adam(self, gradient: Tensor, on: Tensor | None) -> None:
        first, second = self._betas
        mean, square = self._moments
        self._steps.add_(1.0 if on is None else on)
        steps = self._steps.double()
        rate, scale = self._lr / (1 - first**steps), (1 - second**steps).sqrt()
        if on is None:
            mean.lerp_(gradient, 1 - first)
            square.mul_(second)
        else:
            rate, scale = torch.where(on, rate, 0.0), torch.where(on, scale, 1.0)
            mean.lerp_(gradient, self._row((1 - first) * on.double()))
            square.mul_(self._row(torch.where(on, second, 1.0).double()))
        square.addcmul_(gradient, gradient, value=1 - second)
        denominator = square.sqrt().div_(self._row(scale)).add_(self._eps)
        self._flat.addcmul_(torch.div(mean, denominator, out=denominator), self._row(-rate))

    def _row(self, numbers: Tensor) -> Tensor:
        """Return a number of each trial ``[K]`` as a factor of what is flat."""
        return numbers.to(self._flat.dtype)[:, None]


def blocks(optimizers: Sequence[Optimizer], columns: Sequence[int]) -> list[Block]:
    """Return blocks of parameters of one optimizer: as few as can be.

    Apart are those of different types, and those that have not been updated equally often: some
    may get no gradient in a phase that shares them.

    Args:
        optimizers: the same one of every trial.
        columns: which of its parameters.
    """
    alike: dict[Any, list[int]] = {}
    for j in columns:
        steps = tuple(_steps_of(each, j) for each in optimizers)
        alike.setdefault((optimizers[0].parameters[j].dtype, steps), []).append(j)
    return [Block(optimizers, each) for each in alike.values()]


def _steps_of(optimizer: Optimizer, column: int) -> float:
    return float(optimizer.state.get(optimizer.parameters[column], {}).get("step", 0.0))


def _untouched(parameter: Tensor) -> dict[str, Tensor]:
    """Return what Adam remembers of a parameter before its first update."""
    moments = {name: torch.zeros_like(parameter, requires_grad=False) for name in _MOMENTS}
    return {"step": torch.zeros((), device=parameter.device), **moments}


def _flat(rows: list[list[Tensor]]) -> Tensor:
    return torch.stack([torch.cat([each.detach().reshape(-1) for each in row]) for row in rows])


def _parts(flat: Tensor, like: list[Tensor]) -> list[Tensor]:
    """Return views ``[K, ...]`` of what is flat, in the shapes of a trial's tensors."""
    parts = flat.detach().split([each.numel() for each in like], 1)
    return [part.view(len(flat), *each.shape) for part, each in zip(parts, like, strict=True)]
