"""The evidence lower bound as bits a dimension, which images of several sizes can share."""

from __future__ import annotations

import math

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.likelihood.elbo import elbo
from harness.metrics.metric import MetricKey, metric
from models.protocols import Bounds


@metric(
    needs=Bounds,
    keys=[
        MetricKey(
            "bits_per_dimension", "bits a dimension", "lower", "bits", "(-inf, inf)", "H(x) / n"
        ),
    ],
)
def bits_per_dimension(
    method: Bounds, data: EvaluationData, generator: torch.Generator
) -> dict[str, float]:
    """Negative evidence lower bound of the test images, bits a value of an image.

    An ELBO is of all values of an image, so that those of 5,000 and of 80,000 pixels cannot stand
    side by side; this is ``-elbo / (n log 2)`` of the n values, channels times pixels. Of a normal
    likelihood it is of a density over [0, 1] and may be negative.
    """
    bound = elbo.compute(method, data, generator)["elbo"]
    return {"bits_per_dimension": -bound / (data.dataset.spec.n_pixels * math.log(2))}
