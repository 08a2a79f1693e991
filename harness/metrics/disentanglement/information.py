"""Codes cut into bins, and the information that they have of factors, in nats."""

from __future__ import annotations

import numpy as np

from harness.metrics.disentanglement.arrays import alive


def histogram_bins(codes: np.ndarray, bins: int) -> np.ndarray:
    """Return the bin of each code, from 1, ``[N, D]``: bins of equal width over its range.

    As the reference does it, ``np.digitize`` by the left edges of ``np.histogram``. A code that
    does not vary is in one bin.
    """
    found = np.ones(codes.shape, np.int64)
    for code in np.flatnonzero(alive(codes)):
        values = codes[:, code]
        edges = np.linspace(values.min(), values.max(), bins + 1)[:-1]
        found[:, code] = np.maximum(np.digitize(values, edges), 1)
    return found


def mutual_information(labels: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the mutual information of two sets of labels in nats, ``[D, F]``, at least 0.

    Args:
        labels: ``[N, D]`` integers.
        others: ``[N, F]`` integers.
    """
    first, second = ([_counted(column) for column in of.T] for of in (labels, others))
    return np.array([[_shared(a, b) for b in second] for a in first]).reshape(
        labels.shape[1], others.shape[1]
    )


def entropy(labels: np.ndarray) -> np.ndarray:
    """Return the entropy of each column of labels ``[N, F]`` in nats, ``[F]``."""
    return np.array([_shared(column, column) for column in map(_counted, labels.T)])


def _counted(labels: np.ndarray) -> tuple[np.ndarray, int]:
    """Return labels as numbers from 0, and how many there are."""
    values, places = np.unique(labels, return_inverse=True)
    return places.astype(np.int64), len(values)


def _shared(one: tuple[np.ndarray, int], other: tuple[np.ndarray, int]) -> float:
    (first, rows), (second, columns) = one, other
    if rows == 1 or columns == 1:
        return 0.0  # rounding would leave a code that does not vary with some information
    joint = np.bincount(first * columns + second, minlength=rows * columns) / len(first)
    table = joint.reshape(rows, columns)
    expected = table.sum(1)[:, None] * table.sum(0)
    seen = table > 0
    return max(0.0, float((table[seen] * np.log(table[seen] / expected[seen])).sum()))
