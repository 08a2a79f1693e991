"""Whether two ways of taking a step of a stack come to the same, trial by trial."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.method import Stats

State = Mapping[str, Sequence[Tensor]]
"""All tensors that steps change, ``[K, ...]``, by what they are."""

AGREE = 1e-2
"""Of a trial's change in a step: how far that by a graph may be from that by Python. Both do the
same operations; some of a GPU add up in another order each time."""

APART = {"parameters": 0.25, "numbers of updates": 0.0}
"""The same where it is another. Adam makes as large as the learning rate what is nothing but
rounding, such as the gradient of a bias before a normalisation; what is counted is exact."""

_ROUNDING = 1e-6
"""Of a trial's numbers: below this a change is rounding."""


def differing(
    before: State, found: State, expected: State, found_stats: Stats, stats: Stats
) -> list[str]:
    """Return which statistics are others, and what changed otherwise, than expected, by name.

    Args:
        before: the state that both ways began with.
        found: where the one that is asked about came to.
        expected: where the one that is right did.
        found_stats: the statistics ``[K]`` of the first.
        stats: those of the second.
    """
    others = [
        name
        for name, each in stats.items()
        if not _agree([torch.zeros_like(each)], [found_stats[name]], [each], AGREE)
    ]
    return others + [
        name
        for name, each in expected.items()
        if not _agree(before[name], found[name], each, APART.get(name, AGREE))
    ]


def _agree(
    before: Sequence[Tensor], found: Sequence[Tensor], expected: Sequence[Tensor], within: float
) -> bool:
    """Return whether each trial's change is that which is expected, by the norm of all of it."""
    away, change, size = (torch.zeros((), dtype=torch.float64) for _ in range(3))
    for old, mine, its in zip(before, found, expected, strict=True):
        a, b, c = (each.detach().double().reshape(len(each), -1) for each in (old, mine, its))
        if not torch.equal(_not_finite(b), _not_finite(c)):
            return False
        away = away.to(a.device) + (b - c).nan_to_num(0, 0, 0).square().sum(1)
        change = change.to(a.device) + (c - a).nan_to_num(0, 0, 0).square().sum(1)
        size = size.to(a.device) + c.nan_to_num(0, 0, 0).square().sum(1)
    rounding = _ROUNDING * size.sqrt() if within else 0.0
    return bool((away.sqrt() <= within * change.sqrt() + rounding).all())


def _not_finite(values: Tensor) -> Tensor:
    """Return 0 for a number, 1 and -1 for an infinite one, 2 for NaN."""
    return values.isnan() * 2 + values.isinf() * values.sign().nan_to_num(0)
