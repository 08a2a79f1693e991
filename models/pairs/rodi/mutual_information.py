"""Classifiers that estimate the mutual information of two codes (Esser et al., 2019, 3.3)."""

import torch.nn.functional as F
from torch import Tensor, nn

from models.choices import Marginal, NetworkSize

_SHAPES: dict[NetworkSize, tuple[int, int]] = {
    "tiny": (32, 1),
    "small": (128, 2),
    "paper": (512, 4),
}
"""Width and number of residual blocks of a tower; ``paper`` is the released people model."""


class ResidualLinear(nn.Module):
    """A residual block of one layer, ``x + W relu(x) + b``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, width]`` to the same shape."""
        added: Tensor = self.linear(x.relu())
        return x + added


class PairClassifier(nn.Module):
    """The logit that two codes are of one pair, ``T(a, b) = <f(a), g(b)>``, by two towers.

    Trained by :func:`classifier_loss`, ``T`` tends to ``log p(a, b) / (p(a) p(b))``, whose mean
    over joint pairs is the mutual information in nats (equations 10 to 12).

    Args:
        size: of the towers; ``paper`` has 2,889,728 parameters for two codes of dimension 256.
        d_first: dimension of ``a``.
        d_second: dimension of ``b``.
    """

    def __init__(self, size: NetworkSize, d_first: int, d_second: int) -> None:
        super().__init__()
        self.first = _tower(size, d_first)
        self.second = _tower(size, d_second)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Return the logits ``[B]`` of codes ``[B, d_first]`` and ``[B, d_second]``, in nats."""
        logits: Tensor = (self.first(first) * self.second(second)).sum(1)
        return logits


def classifier_loss(joint: Tensor, marginal: Tensor) -> Tensor:
    """Return the mean cross-entropy of joint and marginal pairs, in nats; ln 2 where T is 0.

    It is the negative of (10) and (11), with weight 1/2 each.

    Args:
        joint: logits ``[B]`` of pairs from the joint distribution.
        marginal: logits ``[B]`` of pairs from the product of the marginals.
    """
    return 0.5 * (F.softplus(-joint).mean() + F.softplus(marginal).mean())


def reordered(codes: Tensor, marginal: Marginal) -> Tensor:
    """Return codes ``[B, d]`` in another order, so that pairs are of the product of the marginals.

    ``reverse`` is the order of the authors' code; it leaves the middle row of an odd batch in its
    place. ``roll`` moves all rows by one. Either may pair images of one identity, as often as two
    random images of the data are of one.
    """
    return codes.flip(0) if marginal == "reverse" else codes.roll(1, 0)


def _tower(size: NetworkSize, d: int) -> nn.Sequential:
    width, blocks = _SHAPES[size]
    residual = (ResidualLinear(width) for _ in range(blocks))
    return nn.Sequential(nn.Linear(d, width), *residual, nn.ReLU(), nn.Linear(width, width))
