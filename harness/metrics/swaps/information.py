"""Mutual information of the pose code and the appearance code, as the method estimates it."""

from __future__ import annotations

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.swaps.pairs import test_pairs
from models.protocols import EstimatesInformation


@metric(
    needs=EstimatesInformation,
    of_factors=("known_identity",),
    keys=[
        MetricKey("i_t", "I_T", "none", "nats", "(-inf, inf)", "0"),
        MetricKey("i_t_prime", "I_T′", "lower", "nats", "(-inf, inf)", "0"),
        MetricKey("i_eval", "I_eval", "lower", "nats", "(-inf, inf)", "0"),
    ],
)
def information(
    method: EstimatesInformation, data: EvaluationData, generator: torch.Generator
) -> dict[str, float]:
    """Mutual information of pose and appearance codes, by three classifiers (RoDi, eq. 12).

    Means over pairs of test images, in nats: ``i_t`` of the classifier whose gradient trains the
    encoder, which the encoder can therefore fool (section 3.3); ``i_t_prime`` of a second one,
    which RoDi's constraint bounds by epsilon; ``i_eval`` of a third one that only measures.
    """
    by_name: dict[str, list[torch.Tensor]] = {}
    for batch in test_pairs(data):
        noise = method.draw(len(batch["image"]), generator)
        for name, estimates in method.information(batch, noise).items():
            by_name.setdefault(name, []).append(estimates.double())
    return {name: float(torch.cat(estimates).mean()) for name, estimates in by_name.items()}
