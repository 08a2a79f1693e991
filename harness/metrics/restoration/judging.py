"""Networks that judge restored images, trained on the true labels of the training images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from harness.data.images import Images
from harness.metrics.data import EvaluationData

if TYPE_CHECKING:
    from harness.metrics.people.judge_network import Judge

_PASSES, _BATCH, _LR = 12, 64, 2e-3
_FEWEST = 600
"""Steps that a judge takes at least, however few images there are."""


def class_judge(data: EvaluationData, classes: np.ndarray) -> Judge:
    """Return the network that tells the class of an image, ``[B, n]`` logits.

    Args:
        data: whose training images it learns from.
        classes: ``[N]`` of these, int64 from 0.
    """
    return _taught("class_change", data, classes, int(classes.max()) + 1)


def attribute_judge(data: EvaluationData, flags: np.ndarray) -> Judge:
    """Return the network that tells attributes of an image, ``[B, n]`` logits of each.

    Args:
        data: whose training images it learns from.
        flags: ``[N, n]`` of these, int64, 0 or 1.
    """
    return _taught("attribute_rate", data, flags, flags.shape[1])


def _taught(name: str, data: EvaluationData, labels: np.ndarray, n: int) -> Judge:
    from harness.metrics.people.judge_network import (  # torch's networks
        batches,
        descend,
        trained_judge,
    )

    train, functional = data.dataset.train, torch.nn.functional
    known = torch.from_numpy(labels).to(data.device)
    epochs = max(_PASSES, -(-_FEWEST * _BATCH // len(train)))

    def fit(judge: Judge, images: Images) -> None:
        rows = list(batches(len(train), _BATCH, epochs, torch.Generator().manual_seed(0)))

        def loss(image: torch.Tensor, part: torch.Tensor) -> torch.Tensor:
            true = known[part.to(known.device)]
            if true.ndim == 1:
                return functional.cross_entropy(judge(image), true)
            return functional.binary_cross_entropy_with_logits(judge(image), true.float())

        losses = map(loss, images.gathered(rows), rows)
        descend(judge, losses, len(rows), _LR)

    return trained_judge(name, train, labels, n=n, device=data.device, fit=fit)
