"""Active latent dimensions, and the KL divergence of each latent group."""

import torch
from torch import Tensor

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Infers

ACTIVE = 0.01
"""A dimension is active if its posterior mean varies more than that (Burda et al., 2016)."""

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
    """Latent dimensions that vary over the test images (Burda et al.); KL, of groups too.

    Return ``active_units``, dimensions whose posterior mean has a variance above 0.01.

    And ``kl_total``, the mean divergence of all groups from their priors in nats per image, with
    the part of each of ``GROUPS`` that a method has: the divergence of a concatenation is the sum.
    Codes without a posterior do not count, and a method that was built without any gets no score.
    """
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
