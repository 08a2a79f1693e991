"""Unsupervised disentanglement ranking of Duan et al. (2020): do seeds agree on the codes?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from harness.metrics.disentanglement.arrays import trouble_of_codes
from harness.metrics.disentanglement.classifiers import standardised
from harness.metrics.disentanglement.scores import Scores, unscored

LEAST_DIVERGENCE = 0.01
"""Codes whose mean divergence from the prior is less, in nats, have no part in the score."""
ALPHA = 0.1
"""Weight of the lasso's penalty; it makes 0.9 of a coefficient of 1."""
ALONE = "there is no other model to compare it with"


def udr(
    codes: Sequence[np.ndarray],
    divergences: Sequence[np.ndarray] | None = None,
    *,
    correlation: Literal["lasso", "spearman"] = "lasso",
) -> Scores:
    """Return ``udr_0``, ``udr_1``, ...: how far each model's codes are those of the others.

    Two models agree as far as each code of the one corresponds to a single code of the other:
    :func:`relative_strength` of their codes' correlations. A model's score is the median over the
    other models, in [0, 1]; of the lasso's coefficients at most 0.9.

    Args:
        codes: of each model, ``[N, D]``, of the same images.
        divergences: of each model, ``[D]``, the mean divergence of each code from its prior in
            nats; codes of less than 0.01 are left out. None keeps all.
        correlation: coefficients of the lasso, or Spearman's rank correlations.
    """
    keys = [f"udr_{i}" for i in range(len(codes))]
    if len(codes) < 2:
        return unscored(keys, ALONE)
    if reason := trouble_of_codes(*codes):
        return unscored(keys, reason)
    kept = [np.ones(each.shape[1], bool) for each in codes]
    if divergences is not None:
        kept = [np.asarray(each) > LEAST_DIVERGENCE for each in divergences]
    scaled = [standardised(each)(each) * keep for each, keep in zip(codes, kept, strict=True)]
    correlate = _lasso if correlation == "lasso" else _spearman
    n = len(codes)
    agreement = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i != j:
                table = correlate(scaled[i], scaled[j])[np.ix_(kept[i], kept[j])]
                agreement[i, j] = relative_strength(table)
    return Scores(
        {key: float(np.median(np.delete(agreement[:, i], i))) for i, key in enumerate(keys)}
    )


def relative_strength(correlations: np.ndarray) -> float:
    """Return how far a matrix of absolute correlations ``[D, E]`` is a permutation's, at most 1.

    The mean over rows and columns of the square of the largest over the sum; it depends on scale.
    """
    if not correlations.size:
        return 0.0
    sides = []
    for axis in (0, 1):
        most, total = correlations.max(axis), correlations.sum(axis)
        sides.append(float(np.where(total > 0, most**2 / np.where(total > 0, total, 1), 0).mean()))
    return sum(sides) / 2


def _lasso(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the absolute coefficients of the first codes in predicting the second, ``[D, E]``."""
    from sklearn.linear_model import Lasso

    model = Lasso(alpha=ALPHA).fit(first, second)
    return np.asarray(np.abs(np.atleast_2d(model.coef_)).T)


def _spearman(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the absolute rank correlations ``[D, E]``; those of constant codes are 0."""
    from scipy.stats import rankdata

    one, other = (
        standardised(ranks)(ranks) for ranks in (rankdata(first, axis=0), rankdata(second, axis=0))
    )
    return np.asarray(np.abs(one.T @ other) / len(first))
