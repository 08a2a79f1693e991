"""Which latent dimensions a method uses, and how much each tells of an image."""

import torch
from torch import Tensor

from harness.metrics.data import EvaluationData
from models.method import Method
from models.protocols import Infers

ACTIVE = 0.01
"""A dimension is active if its posterior mean varies more than that (Burda et al., 2016)."""

GROUPS = ("appearance", "pose", "viewpoint", "rest")
"""Latent groups whose divergence is a metric of its own."""


def compute(
    method: Method,
    data: EvaluationData,
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``active_units``, dimensions whose posterior mean has a variance above 0.01.

    And ``kl_total``, the mean divergence of all groups from their priors in nats per image, with
    the part of each of ``GROUPS`` that a method has: the divergence of a concatenation is the sum.
    Codes without a posterior do not count, and a method that was built without any gets no score.
    """
    assert isinstance(method, Infers)
    found = _posteriors(method, data)
    if not found:
        return {}
    variances = [mean.double().var(0, correction=0) for mean, _ in found.values()]
    scores = {"active_units": float((torch.cat(variances) > ACTIVE).sum())}
    by_group = {group: float(kl.sum(1).double().mean()) for group, (_, kl) in found.items()}
    scores["kl_total"] = sum(by_group.values())
    return scores | {f"kl_{group}": by_group[group] for group in GROUPS if group in by_group}


def divergences(method: Infers, data: EvaluationData) -> dict[str, Tensor]:
    """Return ``kl_<group>`` of each latent group: ``[d]``, means over the test images in nats."""
    found = _posteriors(method, data)
    return {f"kl_{group}": kl.mean(0) for group, (_, kl) in found.items()}


def _posteriors(method: Infers, data: EvaluationData) -> dict[str, tuple[Tensor, Tensor]]:
    """Return posterior means and divergences of all test images by latent group, ``[N, d]``."""
    batches = [method.posterior(batch["image"]) for batch in data.test_batches()]
    return {
        group: (
            torch.cat([batch[group].mean for batch in batches]),
            torch.cat([batch[group].kl_by_dimension() for batch in batches]),
        )
        for group in batches[0]
    }
