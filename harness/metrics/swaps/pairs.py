"""Pairs of test images of one identity: one reproduced with the appearance of the other."""

from collections.abc import Iterator

import torch

from harness.data.sampler import PairSampler
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.method import Batch
from models.protocols import Swaps

PASSES = {"fast": 1, "study": 4}
"""Passes over the pairs of the test split; each pairs the images anew."""


@metric(
    needs=Swaps,
    of_factors=("known_identity",),
    keys=[
        MetricKey("pair_mse", "pair MSE", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"),
    ],
)
def pairs(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Squared error of an image from its pose and another's appearance (L_rec of RoDi).

    Return ``pair_mse``: what RoDi reconstructs in training, on test images and without noise.

    The squared error of an image made of its own pose and of the appearance of another of its
    identity, mean over pixels and pairs in intensities from -1 to 1. Times the values of an image
    it is ``L_rec`` as the authors' PyTorch release has it; Table 1 prints that of a perceptual
    loss, so that their order alone can be compared.
    """
    total, count = 0.0, 0
    for batch in pairs_of_test(data):
        made = method.swap(appearance_from=batch["same"], pose_from=batch["image"])
        total += float((2 * (made - batch["image"])).square().double().sum())
        count += made.numel()
    return {"pair_mse": total / count}


def pairs_of_test(data: EvaluationData) -> Iterator[Batch]:
    """Yield batches ``image``, ``same`` and ``identity`` of the test split, the same every time."""
    dataset = data.dataset
    pairs = PairSampler(
        dataset.test, dataset.known_identity, None, data.device, data.test_batch_size // 2 * 2
    )
    order = torch.Generator().manual_seed(1)
    for _ in range(PASSES[data.budget]):
        yield from pairs.epoch(order)
