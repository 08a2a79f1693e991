"""How much the pose code and the appearance code tell of each other."""

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.swaps.pairs import pairs_of_test
from models.method import Method
from models.protocols import EstimatesInformation


def compute(method: Method, data: EvaluationData, generator: torch.Generator) -> dict[str, float]:
    """Return ``i_t``, ``i_t_prime`` and ``i_eval``, means over pairs of test images, in nats.

    The constraint of RoDi holds where ``i_t_prime`` is at most epsilon: the first classifier's own
    estimate can be fooled by the encoder that it trains (section 3.3).
    """
    assert isinstance(method, EstimatesInformation)
    told: dict[str, list[torch.Tensor]] = {}
    for batch in pairs_of_test(data):
        noise = method.draw(len(batch["image"]), generator)
        for name, estimates in method.information(batch, noise).items():
            told.setdefault(name, []).append(estimates.double())
    return {name: float(torch.cat(estimates).mean()) for name, estimates in told.items()}
