"""The adaptive weight gamma of RoDi's KL term (Esser et al., 2019, section 3.5)."""

import torch
from torch import Tensor, nn

_DECAY = 0.99
_LARGEST_GAP = 10.0
"""Nats by which the estimates may differ in one update (the authors' code)."""


def gap(i_t: Tensor, i_t_prime: Tensor, bias: float | Tensor) -> Tensor:
    """Return ``I_T' - I_T - b``, the rate of change of gamma in rule (18), in nats."""
    return i_t_prime - i_t - bias


def released_gap(i_t: Tensor, i_t_prime: Tensor, bias: float | Tensor) -> Tensor:
    """Return what the authors' people model has in the place of :func:`gap`, in nats.

    Estimates are at least 0 and their difference is clamped to [0, 10], so that gamma falls by at
    most the bias times its learning rate in a step, and without a bias never. The authors' sprites
    model does neither.
    """
    return (i_t_prime.clamp(min=0) - i_t.clamp(min=0)).clamp(0, _LARGEST_GAP) - bias


def excess(i_t_prime: Tensor, epsilon: float | Tensor) -> Tensor:
    """Return ``I_T' - epsilon``, the rate of change of gamma in rule (24), in nats."""
    return i_t_prime - epsilon


class RunningMean(nn.Module):
    """Exponential moving average with decay 0.99, with Adam's correction of the bias to 0."""

    total: Tensor
    weight: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("total", torch.zeros(()))
        self.register_buffer("weight", torch.zeros(()))

    def update(self, value: Tensor) -> Tensor:
        """Add a value ``[]`` without gradient, and return the average, ``[]``."""
        self.total.mul_(_DECAY).add_((1 - _DECAY) * value)
        self.weight.mul_(_DECAY).add_(1 - _DECAY)
        return self.total / self.weight


class AdaptiveWeight(nn.Module):
    """The weight ``gamma`` of the KL term in ``[0, gamma_max]``; a buffer updated in place."""

    gamma: Tensor
    updated: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("gamma", torch.zeros(()))
        self.register_buffer("updated", torch.zeros(()))

    def value(self, start: float | Tensor) -> Tensor:
        """Return ``gamma``, ``[]``; ``start`` before the first update.

        The start is an argument here and not of the constructor, so that trials that differ in it
        can be stacked.
        """
        return torch.where(self.updated > 0, self.gamma, start)

    def update(
        self,
        change: Tensor,
        rate: float | Tensor,
        start: float | Tensor,
        largest: float | Tensor,
        active: float | Tensor = 1.0,
    ) -> None:
        """Set ``gamma`` to ``min(max(0, gamma + rate change), largest)`` (equations 18 and 24).

        Args:
            change: :func:`gap` or :func:`excess` of the estimates, ``[]``, without gradient.
            rate: the learning rate ``l_gamma``.
            start: ``gamma`` before the first update.
            largest: the upper bound ``gamma_max``.
            active: 1, or 0 to leave ``gamma`` as it is.
        """
        before = self.value(start)
        moved = (before + rate * change).clamp(min=0).clamp(max=largest)
        self.gamma.copy_(before + active * (moved - before))
        self.updated.fill_(1)
