"""What few or many labels are enough to learn from the codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.metrics.disentanglement.arrays import trouble, varying
from harness.metrics.disentanglement.dci import Fit, boosted
from harness.metrics.disentanglement.scores import Rng, Scores, unscored

SIZES = (10, 100, 1000, 10_000)


def downstream(
    codes_train: np.ndarray,
    factors_train: np.ndarray,
    codes_test: np.ndarray,
    factors_test: np.ndarray,
    *,
    rng: Rng,
    sizes: Sequence[int] = SIZES,
    fit: Fit | None = None,
) -> Scores:
    """Return ``downstream_10``, ...: the test accuracy of gradient boosting from so many labels.

    The first labelled images are taken; the accuracy is the mean over factors, in [0, 1]. A factor
    that takes one value in them is predicted to have it. Sizes beyond the number of training images
    are NaN, and say so.

    Args:
        codes_train: ``[N, D]`` float.
        factors_train: ``[N, F]`` integers; those with one value are left out.
        codes_test: ``[M, D]``, of other images.
        factors_test: ``[M, F]``.
        rng: decides between codes that split equally well.
        sizes: numbers of labels.
        fit: another way to train.
    """
    keys = {size: f"downstream_{size}" for size in sizes}
    if reason := trouble(codes_train, factors_train, codes_test):
        return unscored(keys.values(), reason)
    known, train = np.flatnonzero(varying(factors_train)), fit or boosted(rng)
    values, reasons = {}, {}
    for size, key in keys.items():
        if size > len(codes_train):
            values[key] = np.nan
            reasons[key] = f"there are only {len(codes_train)} labelled images"
            continue
        hits = []
        for factor in known:
            labels = factors_train[:size, factor]
            predicted = (
                labels[:1]
                if np.ptp(labels) == 0
                else train(codes_train[:size], labels).predict(codes_test)
            )
            hits.append((predicted == factors_test[:, factor]).mean())
        values[key] = np.mean(hits)
    return Scores(values, reasons)
