"""How many latent dimensions a method uses, and the divergence of each from its prior."""

from __future__ import annotations

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Infers

ACTIVE = 0.01
"""Least variance of the posterior mean of an active dimension (Burda et al., 2016)."""

GROUPS = ("appearance", "pose", "viewpoint", "rest")
"""Latent groups whose divergence is a metric of its own."""


@metric(
    needs=Infers,
    keys=[
        MetricKey("active_units", "active units", "none", "dimensions", "[0, d]", "depends"),
        MetricKey("kl_total", "total KL", "none", "nats", "[0, inf)", "depends on the data"),
        MetricKey(
            "kl_appearance", "KL of appearance", "none", "nats", "[0, inf)", "depends on the data"
        ),
        MetricKey("kl_pose", "KL of pose", "none", "nats", "[0, inf)", "depends on the data"),
        MetricKey(
            "kl_viewpoint", "KL of viewpoint", "none", "nats", "[0, inf)", "depends on the data"
        ),
        MetricKey("kl_rest", "KL of the rest", "none", "nats", "[0, inf)", "depends on the data"),
    ],
)
def latents(method: Infers, data: EvaluationData) -> dict[str, float]:
    """Active latent dimensions (Burda et al.), and the KL divergence of each latent group.

    ``active_units`` is the number of dimensions whose posterior mean has a variance above 0.01 over
    the test images. ``kl_total`` is the divergence of all groups from their priors in nats, mean
    over test images, and ``kl_<group>`` that of each of ``GROUPS`` that a method has: of
    independent groups divergences add up. Codes without a posterior are left out; a method without
    any posterior is not scored.
    """
    posteriors = _posteriors(method, data)
    if not posteriors:
        return {}
    variances = [mean.double().var(0, correction=0) for mean, _ in posteriors.values()]
    scores = {"active_units": float((torch.cat(variances) > ACTIVE).sum())}
    by_group = {group: float(kl.sum(1).double().mean()) for group, (_, kl) in posteriors.items()}
    scores["kl_total"] = sum(by_group.values())
    return scores | {f"kl_{group}": by_group[group] for group in GROUPS if group in by_group}


def divergences(method: Infers, data: EvaluationData) -> dict[str, torch.Tensor]:
    """Return ``kl_<group>`` of each latent group: ``[d]``, means over the test images in nats."""
    return {f"kl_{group}": kl.mean(0) for group, (_, kl) in _posteriors(method, data).items()}


def _posteriors(
    method: Infers, data: EvaluationData
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Return posterior means and divergences of all test images by latent group, ``[N, d]``."""
    batches = [method.posterior(batch["image"]) for batch in data.test_batches()]
    return {
        group: (
            torch.cat([batch[group].mean for batch in batches]),
            torch.cat([batch[group].kl_by_dimension() for batch in batches]),
        )
        for group in batches[0]
    }
