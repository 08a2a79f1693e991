"""What the training loop leans on that torch does not promise: undecorated methods, Adam's kernel.

``add_param_group`` and ``step`` of ``Adam`` and of ``SGD`` are decorated to keep torch's compiler
out of them, and the decorators import that compiler first: a second of every worker.
``inspect.unwrap`` takes them off. Should torch no longer leave ``__wrapped__`` behind, ``unwrap``
returns a method as it is: results stay the same, and ``tests/harness/commands/test_startup.py``
fails because the compiler is imported again. Then use the classes of ``torch.optim`` in the loop
and delete this module.

``torch._fused_adam_`` is the kernel of ``Adam(fused=True)``, without what the optimizer asks itself
in every step. Should it go, ``FUSED`` says so, and a stack's Adam is that of
``harness.training.stacked_parameters`` on every device.
"""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class _Plain(torch.optim.Optimizer):
    """An optimizer of torch's without the import of the compiler; stands before its class."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take parameters on."""
        inspect.unwrap(super().add_param_group.__func__)(self, param_group)  # type: ignore[attr-defined]

    @property
    def parameters(self) -> list[Tensor]:
        """What it updates."""
        parameters: list[Tensor] = self.param_groups[0]["params"]
        return parameters

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure: gradients are there already
        """Update the parameters by their gradients."""
        inspect.unwrap(super().step.__func__)(self)  # type: ignore[attr-defined]


class Adam(_Plain, torch.optim.Adam):
    """Torch's Adam.

    Fused, it goes through parameters, gradients and moments as each lies in memory. The gradient of
    a weight in an ``einsum``, say, may lie there in another order than the weight. A parameter that
    is a part of a larger tensor, with gaps in memory, gets memory of its own.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], **options: Any) -> None:
        for parameter in parameters:
            if not parameter.permute(in_memory(parameter)).is_contiguous():
                parameter.data = parameter.data.contiguous()
        super().__init__(parameters, **options)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Update the parameters by their gradients."""
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter.grad = laid_out(parameter.grad, parameter)
        super().step()


def in_memory(tensor: Tensor) -> tuple[int, ...]:
    """Return the axes of a tensor from that of the widest steps in memory to the narrowest."""
    steps = tensor.stride()
    return tuple(sorted(range(tensor.ndim), key=lambda axis: -steps[axis]))


def laid_out(tensor: Tensor, like: Tensor) -> Tensor:
    """Return a tensor in the memory layout of another of its shape."""
    if tensor.stride() == like.stride():
        return tensor
    return torch.empty_like(like, requires_grad=False).copy_(tensor)


FUSED = hasattr(torch, "_fused_adam_")
"""Whether there is Adam's kernel."""


def fused_adam(
    parameters: list[Tensor],
    gradients: list[Tensor],
    moments: Sequence[list[Tensor]],
    steps: list[Tensor],
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
) -> None:
    """Update parameters as ``Adam(fused=True)`` does, whose steps are counted up already.

    Args:
        parameters: contiguous, as are the others.
        gradients: of each.
        moments: the first ones of each, and the second ones.
        steps: of each, ``[]``.
        lr: learning rate.
        betas: decay rates of the moments.
        eps: added to the root of the second moment.
    """
    torch._fused_adam_(
        *(parameters, gradients, *moments, [], steps),
        lr=lr,
        beta1=betas[0],
        beta2=betas[1],
        weight_decay=0.0,
        eps=eps,
        amsgrad=False,
        maximize=False,
    )


class SGD(_Plain, torch.optim.SGD):  # type: ignore[misc]  # step takes no closure
    """Torch's gradient descent."""


Optimizer = Adam | SGD
