"""Disentanglement, completeness and informativeness of Eastwood and Williams (2018)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.metrics.disentanglement.arrays import (
    ONE_CODE,
    ONE_FACTOR,
    trouble,
    varying,
)
from harness.metrics.disentanglement.boosting import boost
from harness.metrics.disentanglement.classifiers import logistic, standardised
from harness.metrics.disentanglement.scores import Rng, Scores, unscored

NAMES = ("disentanglement", "completeness", "informativeness_train", "informativeness_test")


@dataclass(frozen=True)
class Fitted:
    """A classifier of one factor.

    Attributes:
        importances: ``[D]``, how much it makes of each code, at least 0.
        predict: returns the label of each row of codes ``[N, D]``.
    """

    importances: np.ndarray
    predict: Callable[[np.ndarray], np.ndarray]


Fit = Callable[[np.ndarray, np.ndarray], Fitted]
"""Trains a classifier on codes ``[N, D]`` and labels ``[N]`` of two values or more."""


def boosted(rng: Rng) -> Fit:
    """Return how DCI trains: gradient boosting with scikit-learn's defaults, seeded."""

    def fit(codes: np.ndarray, labels: np.ndarray) -> Fitted:
        model = boost(codes, labels, rng=rng)
        return Fitted(model.importances, model.predict)

    return fit


def dci(
    codes_train: np.ndarray,
    factors_train: np.ndarray,
    codes_test: np.ndarray,
    factors_test: np.ndarray,
    *,
    rng: Rng,
    fit: Fit | None = None,
) -> Scores:
    """Return ``dci_disentanglement``, ``dci_completeness`` and two of informativeness.

    Gradient boosting predicts each factor from all codes. Disentanglement is how much each code is
    used for one factor alone, completeness how much each factor is predicted from one code alone:
    one less the entropy of the importances, weighted by them. ``dci_informativeness_train`` and
    ``_test`` are accuracies, means over factors, not errors. All are in [0, 1].

    Args:
        codes_train: ``[N, D]`` float.
        factors_train: ``[N, F]`` integers; those with one value are left out.
        codes_test: ``[M, D]``, of other images.
        factors_test: ``[M, F]``.
        rng: decides between codes that split equally well.
        fit: another way to train, of the same kind.
    """
    given = codes_train, factors_train, codes_test, factors_test
    return _scores("dci", given, fit or boosted(rng))


def dci_linear(
    codes_train: np.ndarray,
    factors_train: np.ndarray,
    codes_test: np.ndarray,
    factors_test: np.ndarray,
) -> Scores:
    """Return the scores of :func:`dci`, as ``dci_linear_...``, of a linear classifier.

    Logistic regression on standardised codes takes the place of boosting, and the mean absolute
    weight over the classes that of a code's importance. The arguments are those of :func:`dci`.
    """

    def fit(codes: np.ndarray, labels: np.ndarray) -> Fitted:
        scaled = standardised(codes)
        model = logistic(scaled(codes), labels)
        return Fitted(np.abs(model.coef_).mean(0), lambda others: model.predict(scaled(others)))

    return _scores("dci_linear", (codes_train, factors_train, codes_test, factors_test), fit)


def _scores(prefix: str, given: tuple[np.ndarray, ...], fit: Fit) -> Scores:
    codes, factors, codes_test, factors_test = given
    keys = [f"{prefix}_{name}" for name in NAMES]
    if reason := trouble(codes, factors, codes_test):
        return unscored(keys, reason)
    known = np.flatnonzero(varying(factors))
    models = [fit(codes, factors[:, factor]) for factor in known]
    importances = np.stack([model.importances for model in models], 1)
    train, test = (
        np.mean([(m.predict(x) == y[:, f]).mean() for m, f in zip(models, known, strict=True)])
        for x, y in ((codes, factors), (codes_test, factors_test))
    )
    values = [disentanglement(importances), completeness(importances), train, test]
    single = {keys[0]: ONE_FACTOR} if len(known) == 1 else {}
    single |= {keys[1]: ONE_CODE} if codes.shape[1] == 1 else {}
    return Scores(dict(zip(keys, values, strict=True)), single)


def disentanglement(importances: np.ndarray) -> float:
    """Return the mean over codes of one less the entropy of a code's importances ``[D, F]``.

    The mean is weighted by the codes' importance, or not where all are 0. NaN of one factor.
    """
    if importances.shape[1] == 1:
        return float("nan")
    shares = importances + 1e-11
    shares = shares / shares.sum(1, keepdims=True)
    per_code = 1 + (shares * np.log(shares)).sum(1) / np.log(importances.shape[1])
    weights = importances.sum(1)
    mean = np.average(per_code, weights=weights if weights.any() else None)
    return float(np.clip(mean, 0, 1))  # of even importances rounding gives -2e-16


def completeness(importances: np.ndarray) -> float:
    """Return the mean over factors of one less the entropy of its importances ``[D, F]``.

    As :func:`disentanglement`, of the codes of a factor. NaN of one code.
    """
    return disentanglement(importances.T)
