"""The separated attribute predictability of Kumar et al. (2018)."""

from __future__ import annotations

import warnings

import numpy as np

from harness.metrics.disentanglement.arrays import alive, beside_a_dead_one, gap, trouble, varying
from harness.metrics.disentanglement.scores import Scores, unscored

LEAST_VARIANCE = 1e-12
"""A code that varies less predicts nothing."""
LARGEST = 1e8
TOO_LARGE = "a code is beyond 1e8, where the linear machine does not come to an end"


def sap(
    codes_train: np.ndarray,
    factors_train: np.ndarray,
    codes_test: np.ndarray,
    factors_test: np.ndarray,
    *,
    continuous: bool = False,
) -> Scores:
    """Return ``sap``, or ``sap_continuous``: how far one code is ahead in predicting each factor.

    The gap between the two codes that alone predict a factor best, mean over factors, in [0, 1].
    A code's prediction is the test accuracy of a linear support vector machine with ``C`` 0.01,
    which depends on the scale of the code; or, of continuous factors, the squared correlation on
    the training images. A single code is compared with a constant one.

    Args:
        codes_train: ``[N, D]`` float.
        factors_train: ``[N, F]`` integers; those with one value are left out.
        codes_test: ``[M, D]``, of other images.
        factors_test: ``[M, F]``.
        continuous: which of the two.
    """
    key = "sap_continuous" if continuous else "sap"
    if reason := trouble(codes_train, factors_train, codes_test):
        return unscored([key], reason)
    known = varying(factors_train)
    train, test = factors_train[:, known], factors_test[:, known]
    if continuous:
        return Scores({key: gap(beside_a_dead_one(_correlations(codes_train, train))).mean()})
    if max(np.abs(codes).max() for codes in (codes_train, codes_test)) > LARGEST:
        return unscored([key], TOO_LARGE)
    moves = alive(codes_train)  # any constant is 0: the machine has an intercept
    pairs = list(zip((codes_train * moves).T, (codes_test * moves).T, strict=True))
    if len(pairs) == 1:
        pairs.append((np.zeros(len(codes_train)), np.zeros(len(codes_test))))
    accuracies = np.array(
        [
            [_accuracy(*code, *factor) for factor in zip(train.T, test.T, strict=True)]
            for code in pairs
        ]
    )
    return Scores({key: gap(accuracies).mean()})


def _correlations(codes: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Return the squared correlation of each code with each factor, ``[D, F]``."""
    z, y = codes - codes.mean(0), factors - factors.mean(0)
    n = max(len(codes) - 1, 1)
    variances = np.square(z).sum(0) / n
    moves = variances > LEAST_VARIANCE
    scale = np.where(moves, variances, 1)[:, None] * (np.square(y).sum(0) / n)
    return np.asarray(np.where(moves[:, None], np.square(z.T @ y / n) / scale, 0))


def _accuracy(
    codes: np.ndarray, codes_test: np.ndarray, labels: np.ndarray, labels_test: np.ndarray
) -> float:
    """Return the test accuracy of a linear support vector machine on one code."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=0.01, class_weight="balanced", random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        machine.fit(codes[:, None], labels)
    return float((machine.predict(codes_test[:, None]) == labels_test).mean())
