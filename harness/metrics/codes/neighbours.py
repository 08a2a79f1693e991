"""Nearest neighbours in a space of codes: how well codes predict a factor, linear or not.

Distances are computed where the codes are, on a GPU too; scikit-learn's neighbours know the CPU.
"""

import numpy as np
import torch
from torch import Tensor

K = 5
"""Neighbours that vote (VITAE's released disentanglement script)."""

_AT_ONCE = 512  # queries whose distances are held in memory


def nearest(queries: Tensor, codes: Tensor, k: int = K) -> np.ndarray:
    """Return the rows of ``codes`` ``[M, D]`` nearest to each of ``queries``, ``[N, k]``."""
    found = [
        torch.cdist(part, codes).topk(min(k, len(codes)), largest=False).indices
        for part in torch.split(queries, _AT_ONCE)
    ]
    rows: np.ndarray = torch.cat(found).cpu().numpy()
    return rows


def nearest_others(codes: Tensor, k: int = K) -> np.ndarray:
    """Return the k other rows nearest to each row of ``codes`` ``[N, D]``, ``[N, k]``."""
    rows = np.arange(len(codes))[:, None]
    found = nearest(codes, codes, k + 1)
    # A row is among its own neighbours, unless k others coincide with it: then the last one goes.
    own = found == rows
    own[~own.any(1), -1] = True
    others: np.ndarray = found[~own].reshape(len(codes), -1)
    return others


def vote(labels: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Return the most frequent label ``[N]`` among the neighbours; the smallest of equals."""
    known, codes = np.unique(labels, return_inverse=True)
    ballots = np.zeros((len(neighbours), len(known)), dtype=np.int64)
    np.add.at(ballots, (np.arange(len(neighbours))[:, None], codes[neighbours]), 1)
    winners: np.ndarray = known[ballots.argmax(1)]
    return winners


def explained(values: np.ndarray, neighbours: np.ndarray) -> float:
    """Return how well neighbours predict a factor ``[N]`` of each row, in [0, 1].

    The accuracy of their vote for an integer factor, else the share of variance that their mean
    explains (R^2), 0 where it explains none.
    """
    if np.issubdtype(values.dtype, np.integer):
        return float((vote(values, neighbours) == values).mean())
    return r_squared(values, values[neighbours].mean(1))


def r_squared(values: np.ndarray, predicted: np.ndarray) -> float:
    """Return ``1 - MSE / variance``, at least 0; 0 for a constant factor."""
    from sklearn.metrics import r2_score

    values = values.astype(np.float64)
    return max(0.0, float(r2_score(values, predicted))) if np.ptp(values) > 0 else 0.0
