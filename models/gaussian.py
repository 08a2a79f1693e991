"""The diagonal Gaussian: the approximate posterior of every variational method here."""

import math
from dataclasses import dataclass

from torch import Tensor


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


def standard_log_density(z: Tensor) -> Tensor:
    """Return ``log N(z; 0, I)`` of ``z`` ``[B, d]``, ``[B]`` in nats."""
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(1)
