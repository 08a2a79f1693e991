"""Which latent dimensions a method uses."""

from typing import TYPE_CHECKING

import torch

from models.method import Infers, Method

if TYPE_CHECKING:
    from harness.evaluation import EvaluationData

ACTIVE = 0.01
"""A dimension is active if its posterior mean varies more than that (Burda et al., 2016)."""


def compute(
    method: Method,
    data: "EvaluationData",
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``active_units``: dimensions whose posterior mean has a variance above 0.01."""
    assert isinstance(method, Infers)
    means = [
        torch.cat([posterior.mean for posterior in method.posterior(batch["image"]).values()], 1)
        for batch in data.test_batches()
    ]
    variance = torch.cat(means).double().var(0, correction=0)
    return {"active_units": float((variance > ACTIVE).sum())}
