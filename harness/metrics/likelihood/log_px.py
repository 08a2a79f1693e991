"""The log-likelihood of held-out images, by importance sampling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Weighs

if TYPE_CHECKING:
    from models.method import Batch

SAMPLES = {"fast": 100, "study": 1000}
"""Importance samples an image. VITAE's released code calls its estimate L5000 and draws 1000."""

MOST_IMAGES = {"fast": 256, "study": None}
"""Most test images scored, the first ones; None for all."""

_AT_ONCE = 2000  # images times samples; bounds the memory


@metric(
    needs=Weighs,
    keys=[
        MetricKey("log_px", "log p(x)", "higher", "nats", "(-inf, 0] for binary images", "-H(x)"),
    ],
)
def log_px(method: Weighs, data: EvaluationData, generator: torch.Generator) -> dict[str, float]:
    """Importance-weighted estimate of log p(x): 100 samples (budget fast) or 1000 (study).

    ``log (1/K) sum_k p(x, z_k) / q(z_k | x)`` with K posterior samples an image, mean over images,
    in nats. The expectation of the estimate is between the ELBO and ``log p(x)`` and grows with K
    (Burda et al., 2016). With budget ``fast`` it is of the first 256 test images.
    """
    k, total, count = SAMPLES[data.budget], 0.0, 0
    at_once = max(1, _AT_ONCE // k)
    for batch in data.test_batches(MOST_IMAGES[data.budget]):
        for images in torch.split(batch["image"], at_once):
            # Each image K times in a row; its draws follow those of the image before.
            repeated: Batch = {"image": images.repeat_interleave(k, 0)}
            log_weights = method.log_weight(repeated, method.draw(k * len(images), generator))
            estimates = log_weights.double().view(-1, k).logsumexp(1) - math.log(k)
            total += float(estimates.sum())
            count += len(images)
    return {"log_px": total / count}
