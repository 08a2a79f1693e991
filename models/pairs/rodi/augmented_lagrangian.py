"""The augmented Lagrangian of RoDi's constraint on mutual information (section 3.5)."""

import torch
from torch import Tensor, nn


def penalty(
    estimate: Tensor, multiplier: Tensor, epsilon: float | Tensor, mu: float | Tensor
) -> Tensor:
    """Return the penalty of the constraint ``estimate <= epsilon`` (equation 22), in nats.

    ``lambda e + mu e^2 / 2`` of the excess ``e = estimate - epsilon`` where ``e >= -lambda / mu``,
    else ``-lambda^2 / (2 mu)``: continuous, and flat from the kink on.

    Args:
        estimate: estimate of the mutual information, ``[]``.
        multiplier: Lagrange's ``lambda >= 0``, ``[]``.
        epsilon: its upper bound.
        mu: weight of the square, positive.
    """
    excess = estimate - epsilon
    active = multiplier * excess + 0.5 * mu * excess.square()
    return torch.where(mu * excess >= -multiplier, active, -multiplier.square() / (2 * mu))


class Multiplier(nn.Module):
    """Lagrange's multiplier ``lambda`` of the constraint, at first 0; a buffer updated in place."""

    value: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("value", torch.zeros(()))

    def update(
        self,
        estimate: Tensor,
        epsilon: float | Tensor,
        mu: float | Tensor,
        active: float | Tensor = 1.0,
    ) -> None:
        """Set ``lambda`` to ``max(0, lambda + mu (estimate - epsilon))`` (equation 23).

        Args:
            estimate: estimate of the mutual information, ``[]``, without gradient.
            epsilon: its upper bound.
            mu: weight of the square, and step size of this update.
            active: 1, or 0 to leave ``lambda`` as it is.
        """
        moved = (self.value + mu * (estimate - epsilon)).clamp(min=0)
        self.value.add_(active * (moved - self.value))
