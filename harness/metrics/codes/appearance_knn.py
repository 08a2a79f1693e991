"""Whether the decoded appearance of an image shows its label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import torch

from harness.metrics.codes.neighbours import nearest, vote
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import DecodesAppearance, Reconstructs

if TYPE_CHECKING:
    from models.method import Batch

MOST_IMAGES = {"fast": 2000, "study": 60_000}
"""Most training images among which neighbours are sought."""


@metric(
    needs=Reconstructs,
    of_factors=("known_appearance",),
    keys=[
        MetricKey("appearance_knn", "label accuracy", "higher", "", "[0, 1]", "1"),
    ],
)
def appearance_knn(method: Reconstructs, data: EvaluationData) -> dict[str, float]:
    """Accuracy of a label's 5-nearest-neighbour vote among decoded appearances (VITAE's release).

    Neighbours of a test image are training images. Both are decoded first: to the appearance before
    it is warped, by methods that have one (as in the script of VITAE's released code), else to the
    reconstruction. The label is the first integer appearance factor; without one there is no score.
    Training images that training warps afresh in every batch are used without a warp.
    """
    integer = [
        name
        for name in data.dataset.known_appearance
        if np.issubdtype(data.dataset.test.factors[name].dtype, np.integer)
    ]
    if not integer:
        return {}
    limit = MOST_IMAGES[data.budget]
    train = _appearances(method, data.train_batches(limit))
    test = _appearances(method, data.test_batches())
    labels = data.dataset.train.factors[integer[0]][:limit]
    voted = vote(labels, nearest(test, train))
    return {"appearance_knn": float((voted == data.dataset.test.factors[integer[0]]).mean())}


def _appearances(method: Reconstructs, batches: Iterable[Batch]) -> torch.Tensor:
    """Return the decoded appearances of all images, a row each."""
    if isinstance(method, DecodesAppearance):
        images = [method.appearance(batch["image"]) for batch in batches]
    else:
        images = [method.reconstruct(batch["image"]) for batch in batches]
    return torch.cat([part.flatten(1) for part in images])
