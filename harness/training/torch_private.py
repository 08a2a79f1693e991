"""What the training loop leans on that torch does not promise: optimizers' undecorated methods.

``add_param_group`` and ``step`` of ``Adam`` and of ``SGD`` are decorated to keep torch's compiler
out of them, and the decorators import that compiler first: a second of every worker.
``inspect.unwrap`` takes them off. Should torch no longer leave ``__wrapped__`` behind, ``unwrap``
returns a method as it is: results stay the same, and ``tests/harness/commands/test_startup.py``
fails because the compiler is imported again. Then use the classes of ``torch.optim`` in the loop
and delete this module.
"""

import inspect

import torch
from torch import Tensor


class Adam(torch.optim.Adam):
    """Torch's Adam, without the import of the compiler."""

    add_param_group = inspect.unwrap(torch.optim.Adam.add_param_group)

    @property
    def parameters(self) -> list[Tensor]:
        """What it updates."""
        parameters: list[Tensor] = self.param_groups[0]["params"]
        return parameters

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure: gradients are there already
        """Update the parameters by their gradients."""
        inspect.unwrap(torch.optim.Adam.step)(self)


class SGD(torch.optim.SGD):
    """Torch's gradient descent, without the import of the compiler."""

    add_param_group = inspect.unwrap(torch.optim.SGD.add_param_group)

    @property
    def parameters(self) -> list[Tensor]:
        """What it updates."""
        parameters: list[Tensor] = self.param_groups[0]["params"]
        return parameters

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure: gradients are there already
        """Update the parameters by their gradients."""
        inspect.unwrap(torch.optim.SGD.step)(self)


Optimizer = Adam | SGD
