"""Losses of an adversarial game, of logits: cross-entropies, their sum or mean, flipped labels.

A discriminator D answers with one logit an example, or one a patch; real is the label 1. Losses are
means over all answers, in nats.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

Answers = tuple[Tensor, Tensor]
"""Logits of one discriminator for real examples and for generated ones, of any shapes."""


def cross_entropy(logits: Tensor, label: Tensor | float) -> Tensor:
    """Return the mean cross-entropy of logits of any shape with one label for all, 0 or 1, ``[]``.

    It is ``softplus(logit) - label * logit``, which neither overflows nor saturates.
    """
    return (F.softplus(logits) - label * logits).mean()


def discriminator_loss(answers: list[Answers], flip: Tensor) -> Tensor:
    """Return ``L_D = (BCE(D(real), 1) + BCE(D(generated), 0)) / 2``, the mean over D's, ``[]``.

    At chance, where all logits are 0, it is ln 2, with labels flipped or not.

    Args:
        answers: of each discriminator.
        flip: ``[]``, 1 where the labels of the whole batch are exchanged, 0 where they are not.
    """
    parts = [
        (cross_entropy(real, 1 - flip) + cross_entropy(fake, flip)) / 2 for real, fake in answers
    ]
    return torch.stack(parts).mean()


def generator_loss(fakes: list[Tensor]) -> Tensor:
    """Return ``BCE(D(generated), 1)``, the mean over D's, ``[]``: ln 2 at chance.

    Args:
        fakes: logits of each discriminator for what the generator makes.
    """
    return torch.stack([cross_entropy(fake, 1.0) for fake in fakes]).mean()


def flipped(uniform: Tensor, probability: float | Tensor) -> Tensor:
    """Return 1.0 where a random number says that the labels of a batch are flipped, else 0.0.

    Args:
        uniform: ``[]``, uniform in [0, 1).
        probability: of a flip, in [0, 1].
    """
    return (uniform < probability).to(uniform.dtype)
