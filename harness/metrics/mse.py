"""Squared error of reconstructions."""

from collections.abc import Iterable

import torch

from models.method import Batch, Method, Reconstructs


def compute(
    method: Method,
    batches: Iterable[Batch],
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``mse``: squared error of ``reconstruct``, mean over pixels and images."""
    assert isinstance(method, Reconstructs)
    total, count = 0.0, 0
    for batch in batches:
        error = (method.reconstruct(batch["image"]) - batch["image"]).square()
        total += float(error.double().sum())
        count += error.numel()
    return {"mse": total / count}
