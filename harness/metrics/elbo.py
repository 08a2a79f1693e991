"""The evidence lower bound on held-out images."""

from typing import TYPE_CHECKING

import torch

from models.method import Bounds, Method

if TYPE_CHECKING:
    from harness.evaluation import EvaluationData


def compute(method: Method, data: "EvaluationData", generator: torch.Generator) -> dict[str, float]:
    """Return ``elbo``, ``log_likelihood`` and ``kl`` in nats per image, averaged over the batches.

    One posterior sample an image; the weight of the KL term is 1 (Detlefsen and Hauberg 2019,
    supplement, section 1).
    """
    assert isinstance(method, Bounds)
    batches = list(data.test_batches())
    sizes = [len(batch["image"]) for batch in batches]
    # Drawn for all images at once, so that the result does not depend on the batch size.
    noise = {
        name: torch.split(drawn, sizes)
        for name, drawn in method.draw(sum(sizes), generator).items()
    }
    totals = dict.fromkeys(("elbo", "log_likelihood", "kl"), 0.0)
    for index, batch in enumerate(batches):
        terms = method.elbo(batch, {name: parts[index] for name, parts in noise.items()})
        for key in totals:
            totals[key] += float(terms[key].double().sum())
    return {key: total / sum(sizes) for key, total in totals.items()}
