"""The Gaussian with a diagonal covariance, the posterior of most variational methods."""

import math
from dataclasses import dataclass

from torch import Tensor

_LOG_VARIANCE = (-30.0, 10.0)
"""Range of the log-variance where a network gives it, as in Esser et al.'s sprites model."""


@dataclass(frozen=True)
class DiagonalGaussian:
    """``N(mean, diag(variance))``, one for each row of a batch.

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
        """Return the KL divergence from the prior ``N(0, I)``, ``[B]`` in nats, in closed form."""
        return self.kl_by_dimension().sum(1)

    def kl_by_dimension(self) -> Tensor:
        """Return the KL divergence of each dimension, ``[B, d]`` in nats."""
        return 0.5 * (self.mean.square() + self.variance - 1 - self.variance.log())

    def log_density(self, z: Tensor) -> Tensor:
        """Return ``log N(z; mean, diag(variance))`` of ``z`` ``[B, d]``, ``[B]`` in nats."""
        squared = (z - self.mean).square() / self.variance
        return -0.5 * (squared + self.variance.log() + math.log(2 * math.pi)).sum(1)


def gaussian_of(numbers: Tensor) -> DiagonalGaussian:
    """Return the Gaussian that a network's output ``[B, 2 d]`` parametrises.

    The means come first, then the logarithms of the variances, clamped to [-30, 10].
    """
    mean, log_variance = numbers.chunk(2, 1)
    return DiagonalGaussian(mean, log_variance.clamp(*_LOG_VARIANCE).exp())


def standard_log_density(z: Tensor) -> Tensor:
    """Return the log-density ``log N(z; 0, I)`` of ``z`` ``[B, d]``, ``[B]`` in nats."""
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(1)
