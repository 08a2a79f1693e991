"""A classifier that estimates the mutual information of two codes (Esser et al., 2019, 3.3)."""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from models.networks.residual import NetworkSize

Marginal = Literal["reverse", "roll"]
"""How the second codes of a batch are reordered to be independent of the first ones."""

_SHAPES: dict[NetworkSize, tuple[int, int]] = {
    "tiny": (32, 1),
    "small": (128, 2),
    "paper": (512, 4),
}
"""Width and residual blocks of a tower; those of ``paper`` are the released people model's."""


class ResidualLinear(nn.Module):
    """``x + W relu(x) + b``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[B, width]`` to the same shape."""
        added: Tensor = self.linear(x.relu())
        return x + added


class PairClassifier(nn.Module):
    """``T(a, b) = <f(a), g(b)>``: the logit that two codes belong together, by two towers.

    Trained by :func:`classifier_loss`, ``T`` tends to ``log p(a, b) / (p(a) p(b))``, whose mean
    over joint pairs is the mutual information in nats (equations 10 to 12).

    Args:
        size: of the towers; ``paper`` has 2,889,728 parameters for two codes of 256 numbers.
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
    """Return the mean cross-entropy of both kinds of pairs, in nats; ln 2 where T is 0.

    That is (10) and (11) as something to minimise, with weight 1/2 each.

    Args:
        joint: logits ``[B]`` of codes that belong together.
        marginal: logits ``[B]`` of codes that do not.
    """
    return 0.5 * (F.softplus(-joint).mean() + F.softplus(marginal).mean())


def reordered(codes: Tensor, marginal: Marginal) -> Tensor:
    """Return codes ``[B, d]`` in another order, a sample of the product of the marginals.

    ``reverse`` is that of the authors' code; it leaves the middle one of an odd batch in its place.
    ``roll`` moves all by one. Either may pair two images of one identity, which the random order
    of the batch makes as rare as the data have it.
    """
    return codes.flip(0) if marginal == "reverse" else codes.roll(1, 0)


def _tower(size: NetworkSize, d: int) -> nn.Sequential:
    width, blocks = _SHAPES[size]
    residual = (ResidualLinear(width) for _ in range(blocks))
    return nn.Sequential(nn.Linear(d, width), *residual, nn.ReLU(), nn.Linear(width, width))
