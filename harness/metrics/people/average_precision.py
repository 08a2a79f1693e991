"""Mean average precision of a ranking."""

import torch
from torch import Tensor


def average_precision(distance: Tensor, positive: Tensor, ignored: Tensor) -> Tensor:
    """Return the average precision of every query, ``[Q]``; NaN where nothing is to be found.

    The mean, over the positive entries of the gallery, of the share of positive ones among those
    that are no farther away. Entries at one distance count together, so that a ranking that tells
    nothing scores the share of positive entries, in whatever order these stand.

    Args:
        distance: ``[Q, G]`` of each query to each entry.
        positive: ``[Q, G]`` bool, what a query should find.
        ignored: ``[Q, G]`` bool, what counts neither for nor against it.
    """
    infinite = torch.full_like(distance, torch.inf)
    counted = torch.where(ignored, infinite, distance)
    found = positive & ~ignored
    hits = torch.where(found, distance, infinite)
    within = torch.searchsorted(counted.sort(1).values, hits, right=True)
    hits_within = torch.searchsorted(hits.sort(1).values, hits, right=True)
    precision = torch.where(found, hits_within.double() / within, 0.0)
    return precision.sum(1) / found.sum(1)
