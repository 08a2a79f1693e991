"""Whether the decoded appearance of an image still shows its label."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from harness.metrics.codes.neighbours import nearest, vote
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.method import Batch
from models.protocols import DecodesAppearance, Reconstructs

MOST_IMAGES = {"fast": 2000, "study": 60_000}
"""Training images, at most, whose labels vote."""


@metric(
    needs=Reconstructs,
    of_factors=("known_appearance",),
    keys=[
        MetricKey("appearance_knn", "label accuracy", "higher", "", "[0, 1]", "1"),
    ],
)
def appearance_knn(method: Reconstructs, data: EvaluationData) -> dict[str, float]:
    """Label found by 5 nearest neighbours among decoded appearances (VITAE's released code).

    Return ``appearance_knn``: accuracy of 5 nearest neighbours on decoded appearances.

    Test images are compared with training images, both as the method decodes them: un-warped for a
    method that separates appearance, else its reconstruction (the script of VITAE's released code
    does so with the former). The first integer appearance factor is the label; without one there
    is no score. Training images that are warped afresh for every batch are used without a warp.
    """
    integer = [
        name
        for name in data.dataset.known_appearance
        if np.issubdtype(data.dataset.test.factors[name].dtype, np.integer)
    ]
    if not integer:
        return {}
    limit = MOST_IMAGES[data.budget]
    known = _decoded(method, data.train_batches(limit))
    asked = _decoded(method, data.test_batches())
    labels = data.dataset.train.factors[integer[0]][:limit]
    found = vote(labels, nearest(asked, known))
    return {"appearance_knn": float((found == data.dataset.test.factors[integer[0]]).mean())}


def _decoded(method: Reconstructs, batches: Iterable[Batch]) -> Tensor:
    if isinstance(method, DecodesAppearance):
        images = [method.appearance(batch["image"]) for batch in batches]
    else:
        images = [method.reconstruct(batch["image"]) for batch in batches]
    return torch.cat([part.flatten(1) for part in images])
