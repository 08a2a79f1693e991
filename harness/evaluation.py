"""What a trained method scores on the test split, and the pictures its reports show."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from harness import seeding
from harness.data.dataset import Dataset
from harness.data.sampler import test_batches
from harness.metrics import METRICS, Budget
from harness.metrics.latents import divergences
from models import method as protocols
from models.method import Batch, Method

TEST_BATCH = 1000
"""Images evaluated at once; it bounds memory and does not change a result's meaning."""

PICTURES = 8
"""Test images kept with their reconstructions for the figures of a report."""

WALK, WALK_END = 9, 2.5
"""Images of a walk along one latent dimension, and the value at its end (its start is minus it)."""


@dataclass(frozen=True, eq=False)
class EvaluationData:
    """What metrics are computed on.

    Attributes:
        dataset: with the scale's limits; its test split is what scores are of.
        device: where the method is.
        batch_size: images a training step takes.
        budget: effort of the metrics that estimate by sampling.
        test_batch_size: images evaluated at once.
    """

    dataset: Dataset
    device: torch.device
    batch_size: int
    budget: Budget = "fast"
    test_batch_size: int = TEST_BATCH

    def train_batches(self, limit: int) -> Iterator[Batch]:
        """Yield the first ``limit`` training images, on the device, without a fresh warp."""
        return test_batches(self.dataset.train.first(limit), self.device, self.test_batch_size)

    def test_batches(self, limit: int | None = None) -> Iterator[Batch]:
        """Yield the test split, or its first ``limit`` images, in its order, on the device."""
        return test_batches(self.dataset.test.first(limit), self.device, self.test_batch_size)


@torch.no_grad()
def evaluate(
    method: Method, data: EvaluationData, names: Iterable[str], seed: int
) -> dict[str, float]:
    """Return the metrics that this method can be scored on.

    Every evaluation of a trial draws the same noise, so that epochs differ by training alone.

    Args:
        method: the trained method.
        data: what to score it on.
        names: metrics asked for; those whose protocol the method lacks are left out.
        seed: the trial's seed.
    """
    scores: dict[str, float] = {}
    with _evaluating(method):
        for name in scorable(method, names, data.dataset):
            draws = seeding.generator(seed, f"metric {name}", data.device)
            scores.update(METRICS[name].compute(method, data, draws))
    return scores


def scorable(method: Method, names: Iterable[str], dataset: Dataset) -> list[str]:
    """Return the metrics whose protocol the method has, and whose factors the dataset knows."""
    return [
        name
        for name in names
        if (not METRICS[name].needs or isinstance(method, getattr(protocols, METRICS[name].needs)))
        and all(getattr(dataset, factors) for factors in METRICS[name].of_factors)
    ]


@torch.no_grad()
def pictures(method: Method, data: EvaluationData, seed: int) -> dict[str, np.ndarray]:
    """Return the arrays a report shows: images, uint8 ``[PICTURES, C, H, W]`` each.

    ``test_images`` always; ``reconstructions``, ``appearance`` (decoded, not yet warped) and
    ``samples`` where the method can make them; and of each latent group ``walk_<group>``,
    ``[d, WALK, C, H, W]``: one dimension goes from -2.5 to 2.5, all others stay at the prior's
    mean, 0 (VITAE, supplement, Figures 4 and 7). And ``kl_<group>``, float32 ``[d]``: what each
    dimension tells of a test image, in nats.
    """
    images = next(data.test_batches())["image"][:PICTURES]
    arrays = {"test_images": images}
    with _evaluating(method):
        if isinstance(method, protocols.Reconstructs):
            arrays["reconstructions"] = method.reconstruct(images)
        if isinstance(method, protocols.DecodesAppearance):
            arrays["appearance"] = method.appearance(images)
        if isinstance(method, protocols.Samples):
            draws = seeding.generator(seed, "samples", images.device)
            arrays["samples"] = method.sample(PICTURES, draws)
        if isinstance(method, protocols.Decodes) and isinstance(method, protocols.Encodes):
            arrays.update(_walks(method, method.encode(images[:1])))
    shown = {
        name: (array.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
        for name, array in arrays.items()
    }
    if isinstance(method, protocols.Infers):
        with _evaluating(method):
            shown |= {name: of.cpu().numpy() for name, of in divergences(method, data).items()}
    return shown


def _walks(method: protocols.Decodes, codes: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return ``walk_<group>`` for every group of ``codes``, whose sizes alone matter."""
    sizes = {group: code.shape[1] for group, code in codes.items()}
    device = next(iter(codes.values())).device
    steps = torch.linspace(-WALK_END, WALK_END, WALK, device=device)
    walks = {}
    for group, d in sizes.items():
        at_zero = {other: torch.zeros(d * WALK, size).to(device) for other, size in sizes.items()}
        moved = torch.eye(d, device=device)[:, None] * steps[:, None]
        images = method.decode({**at_zero, group: moved.flatten(0, 1)})
        walks[f"walk_{group}"] = torch.unflatten(images, 0, (d, WALK))
    return walks


@contextmanager
def _evaluating(method: Method) -> Iterator[None]:
    """Hold a method in evaluation mode (BatchNorm uses, and keeps, its running statistics)."""
    was_training = method.training
    method.eval()
    try:
        yield
    finally:
        method.train(was_training)
