"""What a trained method scores on the test split, and the pictures its reports show."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from harness import seeding
from harness.metrics import METRICS
from models import method as protocols
from models.method import Batch, Method

PICTURES = 8
"""Test images kept with their reconstructions for the figures of a report."""


@torch.no_grad()
def evaluate(
    method: Method, batches: Iterable[Batch], names: Iterable[str], seed: int
) -> dict[str, float]:
    """Return the metrics that this method can be scored on.

    Every evaluation of a trial draws the same noise, so that epochs differ by training alone.

    Args:
        method: the trained method.
        batches: the test split, in order, on the method's device.
        names: metrics asked for; those whose protocol the method lacks are left out.
        seed: the trial's seed.
    """
    scores: dict[str, float] = {}
    batches = list(batches)
    device = batches[0]["image"].device
    with _evaluating(method):
        for name in scorable(method, names):
            draws = seeding.generator(seed, f"metric {name}", device)
            scores.update(METRICS[name].compute(method, batches, draws))
    return scores


def scorable(method: Method, names: Iterable[str]) -> list[str]:
    """Return those metrics whose protocol the method implements."""
    return [name for name in names if isinstance(method, getattr(protocols, METRICS[name].needs))]


@torch.no_grad()
def pictures(method: Method, batch: Batch, seed: int) -> dict[str, np.ndarray]:
    """Return the arrays a report shows, uint8 ``[PICTURES, C, H, W]`` each.

    ``test_images`` always; ``reconstructions``, ``appearance`` (decoded, not yet warped) and
    ``samples`` where the method can make them.
    """
    images = batch["image"][:PICTURES]
    arrays = {"test_images": images}
    with _evaluating(method):
        if isinstance(method, protocols.Reconstructs):
            arrays["reconstructions"] = method.reconstruct(images)
        if isinstance(method, protocols.DecodesAppearance):
            arrays["appearance"] = method.appearance(images)
        if isinstance(method, protocols.Samples):
            draws = seeding.generator(seed, "samples", images.device)
            arrays["samples"] = method.sample(PICTURES, draws)
    return {
        name: (array.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
        for name, array in arrays.items()
    }


@contextmanager
def _evaluating(method: Method) -> Iterator[None]:
    """Hold a method in evaluation mode (BatchNorm uses, and keeps, its running statistics)."""
    was_training = method.training
    method.eval()
    try:
        yield
    finally:
        method.train(was_training)
