"""Mutual information of the pose code and the appearance code."""

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.swaps.pairs import pairs_of_test
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

    Return ``i_t``, ``i_t_prime`` and ``i_eval``, means over pairs of test images, in nats.

    The constraint of RoDi holds where ``i_t_prime`` is at most epsilon: the first classifier's own
    estimate can be fooled by the encoder that it trains (section 3.3).
    """
    by_name: dict[str, list[torch.Tensor]] = {}
    for batch in pairs_of_test(data):
        noise = method.draw(len(batch["image"]), generator)
        for name, estimates in method.information(batch, noise).items():
            by_name.setdefault(name, []).append(estimates.double())
    return {name: float(torch.cat(estimates).mean()) for name, estimates in by_name.items()}
