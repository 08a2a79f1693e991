"""Modularity and explicitness of Ridgeway and Mozer (2018)."""

from __future__ import annotations

import numpy as np

from harness.metrics.disentanglement.arrays import ONE_FACTOR, trouble, varying
from harness.metrics.disentanglement.classifiers import logistic, standardised
from harness.metrics.disentanglement.information import histogram_bins, mutual_information
from harness.metrics.disentanglement.scores import Scores, unscored

KEYS = ("modularity", "explicitness_train", "explicitness_test")
NO_CLASS = "no value of a factor is among the test images and missing in others of them"


def modularity_explicitness(
    codes_train: np.ndarray,
    factors_train: np.ndarray,
    codes_test: np.ndarray,
    factors_test: np.ndarray,
    *,
    bins: int = 20,
) -> Scores:
    """Return ``modularity``, ``explicitness_train`` and ``explicitness_test``.

    Modularity is how much each code tells of one factor alone, the mean over all codes, in [0, 1];
    a dead code counts as 0, so that more codes of noise lower it. Explicitness is the area under
    the ROC curve of a linear classifier of each value of a factor against all others, mean over
    values, then over factors; chance is 0.5.

    Args:
        codes_train: ``[N, D]`` float.
        factors_train: ``[N, F]`` integers; those with one value are left out.
        codes_test: ``[M, D]``, of other images.
        factors_test: ``[M, F]``.
        bins: of each code, for modularity.
    """
    if reason := trouble(codes_train, factors_train, codes_test):
        return unscored(KEYS, reason)
    known = np.flatnonzero(varying(factors_train))
    shared = mutual_information(histogram_bins(codes_train, bins), factors_train[:, known])
    scaled, areas = standardised(codes_train), []
    for factor in known:
        model = logistic(scaled(codes_train), factors_train[:, factor])
        areas.append(
            [
                _area(model.predict_proba(scaled(codes)), factors[:, factor], model.classes_)
                for codes, factors in ((codes_train, factors_train), (codes_test, factors_test))
            ]
        )
    train, test = np.mean(areas, axis=0)
    reasons = {"modularity": ONE_FACTOR} if len(known) == 1 else {}
    reasons |= {"explicitness_test": NO_CLASS} if np.isnan(test) else {}
    values = modularity(shared), train, test
    return Scores(dict(zip(KEYS, values, strict=True)), reasons)


def modularity(shared: np.ndarray) -> float:
    """Return the mean over codes of how far their information ``[D, F]`` is of one factor alone.

    Of a code: one less the squares of its information of all other factors over what they would be
    if it told as much of each. 0 for a code that tells nothing; NaN where there is one factor.
    """
    squares = np.square(shared)
    most = squares.max(1)
    if shared.shape[1] == 1:
        return float("nan")
    others = (squares.sum(1) - most) / np.where(most > 0, most * (shared.shape[1] - 1), 1)
    return float(np.where(most > 0, 1 - others, 0).mean())


def _area(probabilities: np.ndarray, labels: np.ndarray, classes: np.ndarray) -> float:
    """Return the mean area under the ROC curve of each class that some rows have and others not.

    Args:
        probabilities: ``[N, K]``.
        labels: ``[N]``.
        classes: ``[K]``, which class each column is of.
    """
    from scipy.stats import rankdata

    truth = labels[:, None] == classes
    n = truth.sum(0)
    asked = (n > 0) & (n < len(labels))
    ranks = rankdata(probabilities[:, asked], axis=0)
    n, above = n[asked], (ranks * truth[:, asked]).sum(0)
    areas = (above - n * (n + 1) / 2) / (n * (len(labels) - n))
    return float(areas.mean()) if asked.any() else float("nan")
