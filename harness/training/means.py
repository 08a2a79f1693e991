"""Means of an epoch's statistics, and what they say of whether training has diverged."""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.method import Stats

EXPLODED = 100.0
"""A loss this many times as large as the first batch's has exploded."""


@dataclass
class Means:
    """Epoch means, kept on the device until the epoch's end: no step waits for another.

    Attributes:
        values: each statistic of each step that had it, a scalar, by name.
        weights: how many images each of them is the mean of.
    """

    values: dict[str, list[Tensor]] = field(default_factory=dict)
    weights: dict[str, list[int]] = field(default_factory=dict)

    def add(self, size: int, stats: Stats) -> None:
        """Note the statistics of a step of ``size`` images."""
        for key, value in stats.items():
            self.values.setdefault(key, []).append(value)
            self.weights.setdefault(key, []).append(size)

    def first_losses(self) -> dict[str, float]:
        """Return the first value of each loss."""
        return {key: float(v[0]) for key, v in self.values.items() if key.endswith("loss")}

    def read(self) -> dict[str, float]:
        """Return the means so far, by name."""
        means = {}
        for key, values in self.values.items():
            weights = self.weights[key]
            pairs = zip(torch.stack(values).tolist(), weights, strict=True)
            means[key] = sum(value * weight for value, weight in pairs) / sum(weights)
        return means


def divergence(means: dict[str, float], first_losses: dict[str, float]) -> str | None:
    """Return why training has diverged, or None.

    Args:
        means: epoch means by name.
        first_losses: the losses of the first step, the measure of what has exploded.
    """
    for key, value in means.items():
        if not math.isfinite(value):
            return f"{key} is {value}"
        first = abs(first_losses.get(key, math.inf))
        if abs(value) > EXPLODED * max(first, 1.0):
            return f"{key} is {value:.4g}, more than {EXPLODED:g} times {first:.4g} at the start"
    return None
