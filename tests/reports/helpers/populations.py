"""Kinds of scores whose true mean and interquartile mean are known, for simulations of coverage."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

BOUNDS = (0.0, 1.0)
NONE = (-np.inf, np.inf)


@dataclass(frozen=True)
class Population:
    """A kind of scores; ``quantile`` is the inverse of its distribution function."""

    quantile: Callable[[np.ndarray], np.ndarray]
    bounds: tuple[float, float]

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return self.quantile(rng.random(shape))

    @cached_property
    def mean(self) -> float:
        return self._between(0, 1)

    @cached_property
    def iqm(self) -> float:
        return self._between(0.25, 0.75)

    def _between(self, low: float, high: float) -> float:
        """The mean of the values between two quantiles, by the midpoint rule."""
        n = 400_000
        return float(self.quantile(low + (high - low) * (np.arange(n) + 0.5) / n).mean())


def _clipped(share: float) -> Population:
    """Normal scores cut at 1.0, so that this share of them is exactly 1.0."""
    above = stats.norm.ppf(share)
    return Population(lambda u: np.minimum(1, 1 + 0.1 * (stats.norm.ppf(u) + above)), BOUNDS)


def _saturated(share: float, short: Callable[[np.ndarray], np.ndarray]) -> Population:
    """1.0 with this probability, else ``1 - short(u)``."""

    def quantile(u: np.ndarray) -> np.ndarray:
        rest = np.clip(u / (1 - share), 1e-12, 1 - 1e-12)
        return np.where(u < 1 - share, np.clip(1 - short(1 - rest), 0, 1), 1.0)

    return Population(quantile, BOUNDS)


def exponential_gap(u: np.ndarray) -> np.ndarray:
    return -0.05 * np.log1p(-u)


def wide_gap(u: np.ndarray) -> np.ndarray:
    return 1 - np.asarray(stats.beta(5, 2).ppf(1 - u))


POPULATIONS = {
    "Gaussian": Population(stats.norm.ppf, NONE),
    "uniform in [0, 1]": Population(lambda u: u, BOUNDS),
    "beta(8, 1.5), skewed": Population(stats.beta(8, 1.5).ppf, BOUNDS),
    "gamma(2), skewed": Population(stats.gamma(2).ppf, NONE),
    "log-normal, σ = 0.5, skewed": Population(stats.lognorm(0.5).ppf, NONE),
    "exponential, skewed": Population(stats.expon.ppf, NONE),
    "log-normal, σ = 1, very skewed": Population(stats.lognorm(1).ppf, NONE),
    "Student's t, 3 degrees": Population(stats.t(3).ppf, NONE),
    "Gaussian cut at 1.0, 10 % there": _clipped(0.1),
    "Gaussian cut at 1.0, 30 % there": _clipped(0.3),
    "Gaussian cut at 1.0, 50 % there": _clipped(0.5),
    "Gaussian cut at 1.0, 70 % there": _clipped(0.7),
    "Gaussian cut at 1.0, 90 % there": _clipped(0.9),
    "1.0 or exponential below, 50 % there": _saturated(0.5, exponential_gap),
    "1.0 or exponential below, 70 % there": _saturated(0.7, exponential_gap),
    "1.0 or exponential below, 90 % there": _saturated(0.9, exponential_gap),
    "1.0 or beta(5, 2), 50 % there": _saturated(0.5, wide_gap),
    "1.0 or beta(5, 2), 90 % there": _saturated(0.9, wide_gap),
    "0 or 1, 70 % there": _saturated(0.7, np.ones_like),
    "0 or 1, 90 % there": _saturated(0.9, np.ones_like),
}
"""From light tails to heavy ones, from symmetric to skewed, from free to saturated."""
