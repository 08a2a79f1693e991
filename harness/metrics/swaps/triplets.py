"""Swaps that can be compared with the truth."""

import numpy as np
import torch
from torch import Tensor

from harness.data.images import Images
from harness.data.pairs import draw_triplets
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Swaps

N = {"fast": 1000, "study": 8000}
"""Triplets; RoDi's Figure 7 is of 8,000."""


@metric(
    needs=Swaps,
    of_factors=("known_identity", "known_frame"),
    keys=[
        MetricKey(
            "triplet_mse", "triplet MSE", "lower", "squared intensity in [-1, 1]", "[0, 4]", "0"
        ),
        MetricKey(
            "triplet_mse_std",
            "spread of triplet MSE",
            "none",
            "squared intensity in [-1, 1]",
            "[0, 4]",
            "0",
        ),
        MetricKey(
            "triplet_mse_q25",
            "first quartile of triplet MSE",
            "lower",
            "squared intensity in [-1, 1]",
            "[0, 4]",
            "0",
        ),
        MetricKey(
            "triplet_mse_median",
            "median triplet MSE",
            "lower",
            "squared intensity in [-1, 1]",
            "[0, 4]",
            "0",
        ),
        MetricKey(
            "triplet_mse_q75",
            "third quartile of triplet MSE",
            "lower",
            "squared intensity in [-1, 1]",
            "[0, 4]",
            "0",
        ),
    ],
)
def triplets(method: Swaps, data: EvaluationData) -> dict[str, float]:
    """Squared error of swaps whose truth is known: 1,000 (budget fast) or 8,000 triplets.

    Return ``triplet_mse``, its standard deviation and quartiles over fixed random triplets.

    The appearance of one image and the pose of another are combined and compared with the image of
    that identity in that frame (RoDi, section 4.3): mean squared error over channels and pixels,
    in intensities from -1 to 1.
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


def triplet_errors(method: Swaps, data: EvaluationData) -> Tensor:
    """Return the error of every triplet, ``[n]``."""
    test, dataset = data.dataset.test, data.dataset
    identity, frame = test.factors[dataset.known_identity], test.factors[dataset.known_frame]
    found = draw_triplets(identity, frame, N[data.budget])
    images = Images(test.images, data.device)
    three = (
        images.gathered(torch.split(torch.from_numpy(rows), data.test_batch_size))
        for rows in (found.appearance, found.pose, found.truth)
    )
    errors = [
        (2 * (method.swap(appearance, pose) - truth)).square().mean((1, 2, 3))
        for appearance, pose, truth in zip(*three, strict=True)
    ]
    return torch.cat(errors)
