"""The evidence lower bound on held-out images."""

import torch

from harness.metrics.data import EvaluationData
from models.method import Method
from models.protocols import Bounds


def compute(method: Method, data: EvaluationData, generator: torch.Generator) -> dict[str, float]:
    """Return ``elbo``, ``log_likelihood`` and ``kl`` in nats per image, averaged over the batches.

    One posterior sample an image; the weight of the KL term is 1 (Detlefsen and Hauberg 2019,
    supplement, section 1).
    """
    assert isinstance(method, Bounds)
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
