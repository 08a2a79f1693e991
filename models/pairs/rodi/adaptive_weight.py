"""The weight of the variational bound, adapted to two estimates (Esser et al., 2019, 3.5)."""

import torch
from torch import Tensor, nn

_DECAY = 0.99
_LARGEST_GAP = 10.0
"""Nats by which the estimates may differ in one update (the authors' code)."""


def gap(i_t: Tensor, i_t_prime: Tensor, bias: float | Tensor) -> Tensor:
    """Return ``I_T' - I_T - b``, the drive of rule (18), in nats.

    The difference is kept within 0 and 10 as in the authors' code, so that the weight falls by
    no more than the bias's share in a step.
    """
    return (i_t_prime - i_t).clamp(0, _LARGEST_GAP) - bias


def excess(i_t_prime: Tensor, epsilon: float | Tensor) -> Tensor:
    """Return ``I_T' - epsilon``, the drive of rule (24), in nats."""
    return i_t_prime - epsilon


class RunningMean(nn.Module):
    """Exponential mean with decay 0.99, free of the bias to its start at 0 (as Adam's)."""

    total: Tensor
    weight: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("total", torch.zeros(()))
        self.register_buffer("weight", torch.zeros(()))

    def update(self, value: Tensor) -> Tensor:
        """Take ``value`` ``[]`` in, without gradient, and return the mean, ``[]``."""
        self.total.mul_(_DECAY).add_((1 - _DECAY) * value)
        self.weight.mul_(_DECAY).add_(1 - _DECAY)
        return self.total / self.weight


class AdaptiveWeight(nn.Module):
    """The weight ``gamma`` of the bound in ``[0, gamma_max]``; a buffer updated in place."""

    gamma: Tensor
    updated: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("gamma", torch.zeros(()))
        self.register_buffer("updated", torch.zeros(()))

    def value(self, start: float | Tensor) -> Tensor:
        """Return ``gamma``, ``[]``; ``start`` before the first update.

        The start is a number of the step and not of the construction, so that trials which differ
        in it can be stacked.
        """
        return torch.where(self.updated > 0, self.gamma, start)

    def update(
        self,
        drive: Tensor,
        rate: float | Tensor,
        start: float | Tensor,
        largest: float | Tensor,
        active: float | Tensor = 1.0,
    ) -> None:
        """Set ``gamma`` to ``min(max(0, gamma + rate drive), largest)`` (equations 18 and 24).

        Args:
            drive: :func:`gap` or :func:`excess` of the estimates, ``[]``, without gradient.
            rate: the learning rate ``l_gamma``.
            start: ``gamma`` before the first update.
            largest: the bound ``gamma_max``.
            active: 1, or 0 to leave ``gamma`` as it is.
        """
        before = self.value(start)
        moved = (before + rate * drive).clamp(min=0).clamp(max=largest)
        self.gamma.copy_(before + active * (moved - before))
        self.updated.fill_(1)
