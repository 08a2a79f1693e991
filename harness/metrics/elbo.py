"""The evidence lower bound on held-out images."""

from collections.abc import Iterable

import torch

from models.method import Batch, Bounds, Method


def compute(
    method: Method, batches: Iterable[Batch], generator: torch.Generator
) -> dict[str, float]:
    """Return ``elbo``, ``log_likelihood`` and ``kl`` in nats per image, averaged over the batches.

    One posterior sample an image; the weight of the KL term is 1 (Detlefsen and Hauberg 2019,
    supplement, section 1).
    """
    assert isinstance(method, Bounds)
    totals: dict[str, torch.Tensor] = {}
    count = 0
    for batch in batches:
        size = len(batch["image"])
        terms = method.elbo(batch, method.draw(size, generator))
        for key, value in terms.items():
            totals[key] = (
                totals.get(key, torch.zeros((), dtype=torch.float64)) + value.double().sum().cpu()
            )
        count += size
    return {key: float(totals[key]) / count for key in ("elbo", "log_likelihood", "kl")}
