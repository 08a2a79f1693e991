"""The evidence lower bound on held-out images."""

from __future__ import annotations

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Bounds


@metric(
    needs=Bounds,
    keys=[
        MetricKey("elbo", "ELBO", "higher", "nats", "(-inf, 0] for binary images", "-H(x)"),
        MetricKey(
            *("log_likelihood", "log likelihood", "higher", "nats"),
            *("(-inf, 0] for binary images", "-H(x)"),
        ),
        MetricKey("kl", "KL", "none", "nats", "[0, inf)", "depends on the data"),
    ],
)
def elbo(method: Bounds, data: EvaluationData, generator: torch.Generator) -> dict[str, float]:
    """Evidence lower bound of the test images and its two terms, nats per image.

    ``elbo`` is ``log_likelihood`` less ``kl``, means over test images, with one posterior sample an
    image and weight 1 of the KL term, whatever its weight in training (Detlefsen and Hauberg 2019,
    supplement, section 1).
    """
    n_images = len(data.dataset.test)
    # Drawn for all images at once, so that the result does not depend on the batch size.
    noise = method.draw(n_images, generator)
    totals, done = dict.fromkeys(("elbo", "log_likelihood", "kl"), 0.0), 0
    for batch in data.test_batches():
        rows = slice(done, done + len(batch["image"]))
        terms = method.elbo(batch, {name: drawn[rows] for name, drawn in noise.items()})
        for key in totals:
            totals[key] += float(terms[key].double().sum())
        done = rows.stop
    return {key: total / n_images for key, total in totals.items()}
