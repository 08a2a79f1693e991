"""Linear classifiers as the metrics train them, without warnings of what is as in the reference."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.metrics.disentanglement.arrays import alive


def standardised(codes: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what scales codes ``[N, D]`` to mean 0 and deviation 1; constant ones to 0."""
    mean, moves = codes.mean(0), alive(codes)
    spread = codes.std(0, dtype=np.float64)  # the squares of large codes are beyond float32
    deviation = np.where(moves, spread.astype(np.result_type(codes, np.float32)), 1)

    def scale(others: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = np.where(moves, (others - mean) / deviation, 0.0)
        return scaled

    return scale


def logistic(codes: np.ndarray, labels: np.ndarray, **settings: Any) -> Any:
    """Return scikit-learn's logistic regression, by default its own defaults, trained.

    The reference stops after 100 iterations, converged or not, and so does this.

    Args:
        codes: ``[N, D]``.
        labels: ``[N]``, of two values or more.
        settings: of ``LogisticRegression``.
    """
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LogisticRegression(**settings).fit(codes, labels)
