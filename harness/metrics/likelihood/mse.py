"""Squared error of reconstructions."""

import torch

from harness.metrics.data import EvaluationData
from models.method import Method
from models.protocols import Reconstructs


def compute(
    method: Method,
    data: EvaluationData,
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``mse``: squared error of ``reconstruct``, mean over pixels and images."""
    assert isinstance(method, Reconstructs)
    total, count = 0.0, 0
    for batch in data.test_batches():
        error = (method.reconstruct(batch["image"]) - batch["image"]).square()
        total += float(error.double().sum())
        count += error.numel()
    return {"mse": total / count}
