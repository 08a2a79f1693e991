"""Which latent dimensions a method uses, and how much each tells of an image."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.method import Infers, Method

if TYPE_CHECKING:
    from harness.evaluation import EvaluationData

ACTIVE = 0.01
"""A dimension is active if its posterior mean varies more than that (Burda et al., 2016)."""

GROUPS = ("appearance", "pose")
"""Latent groups whose divergence is a metric of its own; that of a single group is ``kl``."""


def compute(
    method: Method,
    data: "EvaluationData",
    generator: torch.Generator,  # noqa: ARG001 - every metric is given one
) -> dict[str, float]:
    """Return ``active_units``, dimensions whose posterior mean has a variance above 0.01.

    And ``kl_appearance`` and ``kl_pose``, the mean divergence of each group in nats per image, of
    methods that have these two. Codes without a posterior do not count, and a method that was
    built without any gets no score.
    """
    assert isinstance(method, Infers)
    found = _posteriors(method, data)
    if not found:
        return {}
    variances = [mean.double().var(0, correction=0) for mean, _ in found.values()]
    scores = {"active_units": float((torch.cat(variances) > ACTIVE).sum())}
    for group in GROUPS:
        if group in found:
            scores[f"kl_{group}"] = float(found[group][1].sum(1).double().mean())
    return scores


def divergences(method: Infers, data: "EvaluationData") -> dict[str, Tensor]:
    """Return ``kl_<group>`` of each latent group: ``[d]``, means over the test images in nats."""
    found = _posteriors(method, data)
    return {f"kl_{group}": kl.mean(0) for group, (_, kl) in found.items()}


def _posteriors(method: Infers, data: "EvaluationData") -> dict[str, tuple[Tensor, Tensor]]:
    """Return posterior means and divergences of all test images by latent group, ``[N, d]``."""
    batches = [method.posterior(batch["image"]) for batch in data.test_batches()]
    return {
        group: (
            torch.cat([batch[group].mean for batch in batches]),
            torch.cat([batch[group].kl_by_dimension() for batch in batches]),
        )
        for group in batches[0]
    }
