"""What the training loop leans on that torch does not promise: optimizers' undecorated methods.

``add_param_group`` and ``step`` of ``Adam`` and of ``SGD`` are decorated to keep torch's compiler
out of them, and the decorators import that compiler first: a second of every worker.
``inspect.unwrap`` takes them off. Should torch no longer leave ``__wrapped__`` behind, ``unwrap``
returns a method as it is: results stay the same, and ``tests/harness/commands/test_startup.py``
fails because the compiler is imported again. Then use the classes of ``torch.optim`` in the loop
and delete this module.
"""

import inspect
from typing import Any

import torch
from torch import Tensor


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


class Adam(_Plain, torch.optim.Adam):  # type: ignore[misc]  # step takes no closure
    """Torch's Adam."""


class SGD(_Plain, torch.optim.SGD):  # type: ignore[misc]  # step takes no closure
    """Torch's gradient descent."""


Optimizer = Adam | SGD
