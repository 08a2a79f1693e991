"""How often the gate of an adversarial game skipped an update."""

import math

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.metric import MetricKey, metric
from models.protocols import SkipsUpdates


@metric(
    needs=SkipsUpdates,
    keys=[
        MetricKey(
            "skipped_d", "skipped updates of the discriminator", "none", "", "[0, 1]", "depends"
        ),
        MetricKey("skipped_g", "skipped updates of the generator", "none", "", "[0, 1]", "depends"),
    ],
)
def skipped_updates(method: SkipsUpdates, data: EvaluationData) -> dict[str, float]:  # noqa: ARG001
    """Share of the training's updates of discriminator and generator that the gate skipped.

    Both are 0 without a gate. A generator that is hardly ever updated shows a discriminator that
    does not get below θ_d.
    """
    shares = {f"skipped_{name}": share for name, share in method.skipped_updates().items()}
    untrained = [name for name, share in shares.items() if math.isnan(share)]
    return Scores(shares, dict.fromkeys(untrained, "no game was played"))
