"""Errors of swaps whose true result is among the test images."""

from __future__ import annotations

import numpy as np
import torch

from harness.data.images import Images
from harness.data.pairs import draw_triplets
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Swaps

N = {"fast": 1000, "study": 8000}
"""Number of triplets; RoDi's Figure 7 is of 8,000."""

_UNIT = "squared intensity in [-1, 1]"


@metric(
    needs=Swaps,
    of_factors=("known_identity", "known_frame"),
    keys=[
        MetricKey("triplet_mse", "triplet MSE", "lower", _UNIT, "[0, 4]", "0"),
        MetricKey("triplet_mse_std", "spread of triplet MSE", "none", _UNIT, "[0, 4]", "0"),
        MetricKey(
            "triplet_mse_q25", "first quartile of triplet MSE", "lower", _UNIT, "[0, 4]", "0"
        ),
        MetricKey("triplet_mse_median", "median triplet MSE", "lower", _UNIT, "[0, 4]", "0"),
        MetricKey(
            "triplet_mse_q75", "third quartile of triplet MSE", "lower", _UNIT, "[0, 4]", "0"
        ),
    ],
)
def triplets(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Squared error of swaps whose truth is known: 1,000 (budget fast) or 8,000 triplets.

    The appearance of one image is combined with the pose of another, and the result is compared
    with the image of that identity in that frame (RoDi, section 4.1): mean over channels and
    pixels, in intensities from -1 to 1. Mean, standard deviation and quartiles are over random
    triplets, the same for every trial.
    """
    errors = triplet_errors(method, data).cpu().numpy()
    q25, median, q75 = np.quantile(errors, [0.25, 0.5, 0.75])
    return {
        "triplet_mse": float(errors.mean()),
        "triplet_mse_std": float(errors.std()),
        "triplet_mse_q25": float(q25),
        "triplet_mse_median": float(median),
        "triplet_mse_q75": float(q75),
    }


def triplet_errors(method: Swaps, data: EvaluationData) -> torch.Tensor:
    """Return the error of every triplet, ``[n]``."""
    test, dataset = data.dataset.test, data.dataset
    identity, frame = test.factors[dataset.known_identity], test.factors[dataset.known_frame]
    drawn = draw_triplets(identity, frame, N[data.budget])
    images = Images(test.images, data.device)
    batches = (
        images.gathered(torch.split(torch.from_numpy(rows), data.test_batch_size))
        for rows in (drawn.appearance, drawn.pose, drawn.truth)
    )
    errors = [
        (2 * (method.swap(appearance, pose) - truth)).square().mean((1, 2, 3))
        for appearance, pose, truth in zip(*batches, strict=True)
    ]
    return torch.cat(errors)
