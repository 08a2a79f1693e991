"""The Gaussian with a full covariance: a pose code whose numbers may depend on one another."""

from dataclasses import dataclass

import torch
from torch import Tensor

_LOG_DIAGONAL = (-15.0, 5.0)
"""Half the range of the diagonal Gaussian's log-variance."""


@dataclass(frozen=True)
class FullGaussian:
    """``N(mean, L L^T)``, one a row.

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
        """Return the divergence from the prior ``N(0, I)``, ``[B]`` in nats, in closed form."""
        return self.kl_by_dimension().sum(1)

    def kl_by_dimension(self) -> Tensor:
        """Return each dimension's part of the divergence, ``[B, d]`` in nats.

        That of the dimension given those before it: the square of its entry on L's diagonal is the
        variance that they leave it, and the parts add up by the chain rule.
        """
        log_left = 2 * self.factor.diagonal(dim1=1, dim2=2).log()
        return 0.5 * (self.mean.square() + self.variance - 1 - log_left)


def full_gaussian_size(d: int) -> int:
    """Return how many numbers make a full Gaussian of dimension ``d``."""
    return d + d * (d + 1) // 2


def full_gaussian_of(numbers: Tensor, d: int) -> FullGaussian:
    """Return the Gaussian of a network's output ``[B, d + d (d + 1) / 2]``.

    The mean first, then L by rows: exponentials on the diagonal; the numbers before it in row i,
    counted from 0, over the square root of i, so that no row's part of the variance grows with its
    length (the authors' code).
    """
    rows = torch.arange(d, device=numbers.device)
    place = (rows * (rows + 1) // 2)[:, None] + rows
    below, diagonal = rows < rows[:, None], rows == rows[:, None]
    # Places above the diagonal are of later rows, or of none: any will do, and zeros replace them.
    found = torch.where(below | diagonal, place, 0)
    entries = numbers[:, d:].index_select(1, found.reshape(-1)).reshape(-1, d, d)
    scale = rows.clamp(min=1).to(numbers.dtype).rsqrt()[:, None]
    factor = torch.where(below, entries * scale, 0.0)
    factor = torch.where(diagonal, entries.clamp(*_LOG_DIAGONAL).exp(), factor)
    return FullGaussian(numbers[:, :d], factor)
