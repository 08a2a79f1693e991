"""The Gaussian with a full covariance, for a code whose dimensions may be correlated."""

from dataclasses import dataclass

import torch
from torch import Tensor

_LOG_DIAGONAL = (-15.0, 5.0)
"""Half the range of the diagonal Gaussian's log-variance."""


@dataclass(frozen=True)
class FullGaussian:
    """``N(mean, L L^T)``, one for each row of a batch.

    Attributes:
        mean: ``[B, d]``.
        factor: ``L``, ``[B, d, d]``, lower triangular with a positive diagonal.
    """

    mean: Tensor
    factor: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """Return ``mean + L noise`` for standard normal ``noise`` ``[B, d]``."""
        return self.mean + (self.factor @ noise[:, :, None]).squeeze(2)

    @property
    def variance(self) -> Tensor:
        """The variance of each dimension, ``[B, d]``."""
        return self.factor.square().sum(2)

    def kl(self) -> Tensor:
        """Return the KL divergence from the prior ``N(0, I)``, ``[B]`` in nats, in closed form."""
        return self.kl_by_dimension().sum(1)

    def kl_by_dimension(self) -> Tensor:
        """Return the KL divergence of each dimension given those before it, ``[B, d]`` in nats.

        The square of an entry on L's diagonal is that dimension's conditional variance; by the
        chain rule the terms add up to the whole divergence.
        """
        log_conditional = 2 * self.factor.diagonal(dim1=1, dim2=2).log()
        return 0.5 * (self.mean.square() + self.variance - 1 - log_conditional)


def full_gaussian_size(d: int) -> int:
    """Return how many numbers parametrise a full Gaussian of dimension ``d``."""
    return d + d * (d + 1) // 2


def full_gaussian_of(numbers: Tensor, d: int) -> FullGaussian:
    """Return the Gaussian that a network's output ``[B, d + d (d + 1) / 2]`` parametrises.

    The mean comes first, then L by rows: the diagonal is the exponential of its numbers; those left
    of it in row i, counted from 0, are divided by the square root of i, so that the variance of a
    dimension does not grow with i (the authors' code).
    """
    rows = torch.arange(d, device=numbers.device)
    position = (rows * (rows + 1) // 2)[:, None] + rows
    below, diagonal = rows < rows[:, None], rows == rows[:, None]
    # Above the diagonal any position will do: zeros replace what is read there.
    position = torch.where(below | diagonal, position, 0)
    entries = numbers[:, d:].index_select(1, position.reshape(-1)).reshape(-1, d, d)
    scale = rows.clamp(min=1).to(numbers.dtype).rsqrt()[:, None]
    factor = torch.where(below, entries * scale, 0.0)
    factor = torch.where(diagonal, entries.clamp(*_LOG_DIAGONAL).exp(), factor)
    return FullGaussian(numbers[:, :d], factor)
