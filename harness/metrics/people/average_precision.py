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
        ignored: ``[Q, G]`` bool, entries of the gallery that are left out for it.
    """
    from sklearn.metrics import average_precision_score

    scores = torch.full((len(distance),), torch.nan, dtype=torch.float64)
    rows = zip(distance.cpu(), positive.cpu(), (~ignored).cpu(), strict=True)
    for place, (away, sought, counted) in enumerate(rows):
        if (sought & counted).any():
            scores[place] = average_precision_score(sought[counted], -away[counted])
    return scores.to(distance.device)
