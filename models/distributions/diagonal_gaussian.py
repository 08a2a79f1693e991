"""The diagonal Gaussian: the approximate posterior of every variational method here."""

import math
from dataclasses import dataclass

from torch import Tensor

_LOG_VARIANCE = (-30.0, 10.0)
"""Range of the log-variance where a network gives it, as in Esser et al.'s sprites model."""


@dataclass(frozen=True)
class DiagonalGaussian:
    """``N(mean, diag(variance))``, one a row.

    Attributes:
        mean: ``[B, d]``.
        variance: ``[B, d]``, positive.
    """

    mean: Tensor
    variance: Tensor

    def sample(self, noise: Tensor) -> Tensor:
        """Return ``mean + sqrt(variance) * noise`` for standard normal ``noise`` ``[B, d]``."""
        return self.mean + self.variance.sqrt() * noise

    def kl(self) -> Tensor:
        """Return the divergence from the prior ``N(0, I)``, ``[B]`` in nats, in closed form."""
        return self.kl_by_dimension().sum(1)

    def kl_by_dimension(self) -> Tensor:
        """Return each dimension's part of the divergence, ``[B, d]`` in nats."""
        return 0.5 * (self.mean.square() + self.variance - 1 - self.variance.log())

    def log_density(self, z: Tensor) -> Tensor:
        """Return ``log N(z; mean, diag(variance))`` of ``z`` ``[B, d]``, ``[B]`` in nats."""
        squared = (z - self.mean).square() / self.variance
        return -0.5 * (squared + self.variance.log() + math.log(2 * math.pi)).sum(1)


def gaussian_of(numbers: Tensor) -> DiagonalGaussian:
    """Return the Gaussian of a network's output ``[B, 2 d]``: means, then logarithms of variances.

    The logarithms are confined to -30 to 10.
    """
    mean, log_variance = numbers.chunk(2, 1)
    return DiagonalGaussian(mean, log_variance.clamp(*_LOG_VARIANCE).exp())


def standard_log_density(z: Tensor) -> Tensor:
    """Return ``log N(z; 0, I)`` of ``z`` ``[B, d]``, ``[B]`` in nats."""
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(1)
