"""Errors of images reconstructed with the appearance of another image of their identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from harness.data.batches.pair_sampler import PairSampler
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Swaps

if TYPE_CHECKING:
    from models.method import Batch

PASSES = {"fast": 1, "study": 4}
"""Passes over the test split, each with new random pairs."""


@metric(
    needs=Swaps,
    of_factors=("known_identity",),
    keys=[
        MetricKey("pair_mse", "pair MSE", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"),
    ],
)
def pairs(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Squared error of an image from its pose and another's appearance (L_rec of RoDi).

    What RoDi minimises in training, on pairs of test images of one identity and without noise:
    mean over pixels and pairs, in intensities from -1 to 1. Times the number of values in an image
    it is ``L_rec`` of the authors' PyTorch release. Table 1 of the paper prints a perceptual loss,
    so that only the order of methods can be compared with it.
    """
    total, count = 0.0, 0
    for batch in test_pairs(data):
        image = method.swap(appearance_from=batch["same"], pose_from=batch["image"])
        total += float((2 * (image - batch["image"])).square().double().sum())
        count += image.numel()
    return {"pair_mse": total / count}


def test_pairs(data: EvaluationData) -> Iterator[Batch]:
    """Yield batches ``image``, ``same`` and ``identity`` of the test split, the same every time."""
    dataset = data.dataset
    pairs = PairSampler(
        dataset.test, dataset.known_identity, None, data.device, data.test_batch_size // 2 * 2
    )
    order = torch.Generator().manual_seed(1)
    for _ in range(PASSES[data.budget]):
        yield from pairs.epoch(order)
