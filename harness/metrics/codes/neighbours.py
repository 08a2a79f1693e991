"""Nearest neighbours in a space of codes, and how well they predict a factor."""

from __future__ import annotations

import numpy as np
import torch

K = 5
"""Neighbours that vote (VITAE's released disentanglement script)."""

_AT_ONCE = 512  # queries whose distances are held in memory


def nearest(queries: torch.Tensor, codes: torch.Tensor, k: int = K) -> np.ndarray:
    """Return the rows of ``codes`` ``[M, D]`` nearest to each of ``queries``, ``[N, k]``."""
    indices = [
        torch.cdist(part, codes).topk(min(k, len(codes)), largest=False).indices
        for part in torch.split(queries, _AT_ONCE)
    ]
    rows: np.ndarray = torch.cat(indices).cpu().numpy()
    return rows


def nearest_others(codes: torch.Tensor, k: int = K) -> np.ndarray:
    """Return the k other rows nearest to each row of ``codes`` ``[N, D]``, ``[N, k]``."""
    rows = np.arange(len(codes))[:, None]
    neighbours = nearest(codes, codes, k + 1)
    # A row is its own neighbour, unless more than k others coincide with it: then drop the last.
    own = neighbours == rows
    own[~own.any(1), -1] = True
    others: np.ndarray = neighbours[~own].reshape(len(codes), -1)
    return others


def vote(labels: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Return the most frequent label ``[N]`` among the neighbours; the smallest of equals.

    ``KNeighborsClassifier`` of scikit-learn votes alike, but chooses other neighbours among equal
    distances, which dead codes have.
    """
    values, inverse = np.unique(labels, return_inverse=True)
    ballots = np.zeros((len(neighbours), len(values)), dtype=np.int64)
    np.add.at(ballots, (np.arange(len(neighbours))[:, None], inverse[neighbours]), 1)
    winners: np.ndarray = values[ballots.argmax(1)]
    return winners


def predictability(values: np.ndarray, neighbours: np.ndarray) -> float:
    """Return how well neighbours predict a factor ``[N]`` of each row, in [0, 1].

    The accuracy of their vote for an integer factor; else R², the share of variance that their mean
    explains.
    """
    if np.issubdtype(values.dtype, np.integer):
        return float((vote(values, neighbours) == values).mean())
    return r_squared(values, values[neighbours].mean(1))


def r_squared(values: np.ndarray, predicted: np.ndarray) -> float:
    """Return R², ``1 - MSE / variance``, at least 0; 0 for a constant factor.

    ``r2_score`` of scikit-learn gives a constant factor 1, takes 15 times as long and a second to
    import.
    """
    variance = float(np.var(values, dtype=np.float64))
    error = float(np.mean((values.astype(np.float64) - predicted) ** 2))
    return max(0.0, 1 - error / variance) if variance > 0 else 0.0
