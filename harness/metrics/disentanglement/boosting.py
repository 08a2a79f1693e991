"""Gradient boosting of small trees, as scikit-learn's ``GradientBoostingClassifier()`` grows them.

DCI trains one classifier a factor, 100 stages of a tree a class: 11,300 trees for dSprites, nearly
all the time that the metrics take. scikit-learn sorts every code anew in every node of every tree.
Here each code is sorted once and all trees share the order: the same exact greedy splits, the same
leaves and importances, in a small part of the time (``make bench``). Where two codes split a node
equally well, scikit-learn takes one at random, and so does this, from a generator that is given.
Histograms, as in ``HistGradientBoostingClassifier``, would give other splits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.metrics.disentanglement.scores import Rng
from harness.metrics.disentanglement.trees import LEAVES, Grower, Sorted, Tree

STAGES, RATE = 100, 0.1
"""Defaults of ``GradientBoostingClassifier``: trees a class, and what is taken of each step."""
FLAT = 1e-150
"""Where the loss curves less, a leaf takes no step."""


@dataclass(frozen=True)
class Boosted:
    """A trained classifier.

    Attributes:
        classes: ``[K]`` ascending labels.
        start: ``[K]``, or ``[1]`` for two classes: raw scores before the first tree.
        trees: of each stage, one for each score.
        importances: ``[D]``, the part of the trees' gain that each code has; all 0 without a split.
    """

    classes: np.ndarray
    start: np.ndarray
    trees: list[list[Tree]]
    importances: np.ndarray

    def predict(self, codes: np.ndarray) -> np.ndarray:
        """Return the label of each row of codes ``[N, D]``."""
        columns = np.ascontiguousarray(codes.T, dtype=np.float32)
        raw = np.repeat(self.start[:, None], len(codes), 1)
        for stage in self.trees:
            for k, tree in enumerate(stage):
                raw[k] += RATE * tree.values[tree.leaves(columns)]
        chosen = (raw[0] >= 0).astype(np.int64) if len(raw) == 1 else raw.argmax(0)
        labels: np.ndarray = self.classes[chosen]
        return labels


def boost(codes: np.ndarray, labels: np.ndarray, *, rng: Rng) -> Boosted:
    """Train a classifier of labels of two values or more.

    Args:
        codes: ``[N, D]`` finite; compared in float32, as scikit-learn does.
        labels: ``[N]``.
        rng: decides between equal splits.
    """
    classes, places = np.unique(labels, return_inverse=True)
    truth = (np.arange(len(classes))[:, None] == places).astype(np.float64)  # [K, N]
    shares = np.clip(truth.mean(1), np.finfo(float).eps, 1 - np.finfo(float).eps)
    if len(classes) == 2:
        truth, start = truth[1:], np.log(shares[1:] / (1 - shares[1:]))
    else:
        start = np.log(shares) - np.log(shares).mean()
    grower = Grower(Sorted.of(codes), rng)
    raw = np.repeat(start[:, None], len(labels), 1)
    trees: list[list[Tree]] = []
    for _ in range(STAGES):
        residuals = truth - _probabilities(raw)
        trees.append([])
        for k, residual in enumerate(residuals):
            tree, leaves = grower.grow(residual)
            tree.values = _steps(leaves, residual, len(classes))
            raw[k] += RATE * tree.values[leaves]
            trees[-1].append(tree)
    return Boosted(classes, start, trees, _importances(trees, codes.shape[1]))


def _probabilities(raw: np.ndarray) -> np.ndarray:
    """Return the probabilities of the classes, ``[K, N]``, or of the second of two, ``[1, N]``."""
    if len(raw) == 1:
        ones: np.ndarray = 1 / (1 + np.exp(-raw))
        return ones
    exponents: np.ndarray = np.exp(raw - raw.max(0))
    exponents /= exponents.sum(0)
    return exponents


def _steps(leaves: np.ndarray, residual: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the leaves' values: a Newton step, of Friedman's size where there are many classes."""
    size = np.abs(residual)
    gradient = np.bincount(leaves, residual, LEAVES)
    curvature = np.bincount(leaves, size * (1 - size), LEAVES)
    counts = np.maximum(np.bincount(leaves, minlength=LEAVES), 1)
    factor = (n_classes - 1) / n_classes if n_classes > 2 else 1.0
    flat = curvature / counts < FLAT
    steps: np.ndarray = np.where(flat, 0, factor * gradient / np.where(flat, 1, curvature))
    return steps


def _importances(trees: list[list[Tree]], n_codes: int) -> np.ndarray:
    gains = np.zeros(n_codes)
    for tree in (tree for stage in trees for tree in stage):
        split = tree.codes >= 0
        np.add.at(gains, tree.codes[split], tree.gains[split])
    return gains / gains.sum() if gains.sum() > 0 else gains
