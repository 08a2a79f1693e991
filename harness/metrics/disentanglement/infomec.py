"""InfoMEC of Hsu et al. (2023): modularity, explicitness and compactness, without bins."""

from __future__ import annotations

import warnings

import numpy as np

from harness.metrics.disentanglement.arrays import ONE_FACTOR, trouble, varying
from harness.metrics.disentanglement.classifiers import logistic, standardised
from harness.metrics.disentanglement.information import entropy
from harness.metrics.disentanglement.scores import Rng, Scores, unscored

KEYS = ("infom", "infoe", "infoc", "infomec_active_codes")
NEIGHBOURS = 10
"""Neighbours of which the mutual information is estimated."""
LEAST_RANGE = 1 / 20
"""A code with a smaller part of the largest range is dead."""

NO_ACTIVE = "no code varies"
ONE_ACTIVE = "only one code is active"
TELLS_NOTHING = "an active code has no information of any factor"
NOT_TOLD = "no active code has information of a factor"


def infomec(codes: np.ndarray, factors: np.ndarray, *, rng: Rng) -> Scores:
    """Return ``infom``, ``infoe``, ``infoc`` and ``infomec_active_codes``.

    Modularity, in [0, 1], is how far each active code has information of one factor alone,
    compactness how far the information of each factor is in one code: the share of the largest in
    the sum, from its least value to 1. The information of a continuous code is estimated from 10
    nearest neighbours and divided by the factor's entropy. Explicitness is by how much a linear
    classifier, trained on the same images, brings down the cross-entropy of each factor, at most 1.

    Args:
        codes: ``[N, D]`` float.
        factors: ``[N, F]`` integers; those with one value are left out.
        rng: of the noise that parts equal codes, 1e-10 of their size.
    """
    if reason := trouble(codes, factors):
        return unscored(KEYS, reason)
    known = factors[:, varying(factors)]
    scaled, ranges = standardised(codes)(codes), np.ptp(codes, axis=0)
    active = ranges > ranges.max() * LEAST_RANGE
    values = dict.fromkeys(KEYS, np.nan) | {
        "infoe": float(np.mean([_explained(scaled, labels) for labels in known.T])),
        "infomec_active_codes": int(active.sum()),
    }
    if not active.any():
        return Scores(values, dict.fromkeys(("infom", "infoc"), NO_ACTIVE))
    table = _information(scaled[:, active], known, rng)
    reasons = {}
    for key, rows, alone, nothing in (
        ("infom", table, ONE_FACTOR, TELLS_NOTHING),
        ("infoc", table.T, ONE_ACTIVE, NOT_TOLD),
    ):
        if rows.shape[1] == 1:
            reasons[key] = alone
        elif not rows.sum(1).all():
            reasons[key] = nothing
        else:
            share, least = (rows.max(1) / rows.sum(1)).mean(), 1 / rows.shape[1]
            values[key] = (share - least) / (1 - least)
    return Scores(values, reasons)


def _information(codes: np.ndarray, factors: np.ndarray, rng: Rng) -> np.ndarray:
    """Return what part of each factor's entropy each code tells, ``[D, F]``."""
    from sklearn.feature_selection import mutual_info_classif

    shared = np.zeros((codes.shape[1], factors.shape[1]))
    for factor, labels in enumerate(factors.T):
        seed = int(rng.random(1)[0] * 2**31)
        if np.unique(labels, return_counts=True)[1].max() == 1:
            continue  # no image has a neighbour of its own value
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shared[:, factor] = mutual_info_classif(
                codes,
                labels,
                discrete_features=False,
                n_neighbors=NEIGHBOURS,
                random_state=seed,
            )
    return np.asarray(shared / entropy(factors))


def _explained(codes: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of a balanced guess's cross-entropy that a linear classifier removes."""
    model = logistic(codes, labels, C=np.inf, class_weight="balanced")
    places = np.searchsorted(model.classes_, labels)
    right = model.predict_proba(codes)[np.arange(len(labels)), places]
    guessed = np.log(len(model.classes_))
    return float(1 + np.log(np.maximum(right, np.finfo(float).eps)).mean() / guessed)
