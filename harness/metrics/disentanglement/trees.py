"""Regression trees of depth 3 by exact greedy splits, on codes that are sorted once for all trees.

The splits are those of scikit-learn's ``DecisionTreeRegressor(max_depth=3)``: the largest decrease
of the squared error, between two values that differ by more than 1e-7 in float32, and none in a
node without variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.metrics.disentanglement.scores import Rng

DEPTH = 3
INNER, LEAVES = 2**DEPTH - 1, 2**DEPTH
LEAST_STEP = np.float32(1e-7)
"""Values no further apart are one value (scikit-learn's ``FEATURE_THRESHOLD``)."""
TIED = 1 - 1e-10
"""Gains that are at least this part of the largest are as large: they differ by rounding."""


@dataclass(frozen=True)
class Sorted:
    """Codes and their order.

    Attributes:
        values: ``[D, N]`` float32.
        order: ``[D, N]`` rows by ascending value of each code.
        stepped: whether so many values are there twice that every node looks for them.
    """

    values: np.ndarray
    order: np.ndarray
    stepped: bool

    @classmethod
    def of(cls, codes: np.ndarray) -> Sorted:
        """Sort codes ``[N, D]``."""
        values = np.ascontiguousarray(codes.T, dtype=np.float32)
        order = np.argsort(values, axis=1, kind="stable")
        steps = np.diff(np.take_along_axis(values, order, 1), axis=1) <= LEAST_STEP
        return cls(values, order, bool(steps.mean() > 0.01))


class Tree:
    """A tree whose nodes are numbered from the root, 0; those below i are 2 i + 1 and 2 i + 2.

    Attributes:
        codes: ``[7]``, which code each inner node splits; -1 where it does not.
        thresholds: ``[7]``, larger values go to the right.
        gains: ``[7]``, by how much each split lowers the sum of squared errors.
        values: ``[8]`` of the leaves, from left to right.
    """

    def __init__(self) -> None:
        self.codes = np.full(INNER, -1)
        self.thresholds = np.full(INNER, np.inf)
        self.gains = np.zeros(INNER)
        self.values = np.zeros(LEAVES)

    def leaves(self, values: np.ndarray) -> np.ndarray:
        """Return the leaf of each of the rows whose codes are ``[D, M]`` float32, ``[M]``."""
        right = [values[c] > t for c, t in zip(self.codes, self.thresholds, strict=True)]
        second = np.where(right[0], right[2], right[1])
        below = np.where(second, right[4], right[3]), np.where(second, right[6], right[5])
        third = np.where(right[0], below[1], below[0])
        leaf: np.ndarray = 4 * right[0].astype(np.int64) + 2 * second + third
        return leaf


class Grower:
    """Grows trees on the same codes.

    Args:
        given: the codes.
        rng: decides between equal splits.
    """

    def __init__(self, given: Sorted, rng: Rng) -> None:
        self._given, self._rng = given, rng
        n = given.values.shape[1]
        self._on_left = np.zeros(n, bool)
        self._sums = np.empty(given.order.size)
        self._marks = np.empty(given.order.size, bool)

    def grow(self, residual: np.ndarray) -> tuple[Tree, np.ndarray]:
        """Return the tree of residuals ``[N]``, still without values, and each row's leaf."""
        tree, leaves = Tree(), np.zeros(len(residual), np.int64)
        nodes = {0: self._given.order}
        while nodes:
            node, order = nodes.popitem()
            level = (node + 1).bit_length()
            found = self._best(residual, order) if _varies(residual[order[0]]) else None
            if found is None:
                leaves[order[0]] = ((node + 1) << (DEPTH + 1 - level)) - LEAVES
                continue
            code, last, tree.gains[node] = found
            rows, values = order[code], self._given.values[code]
            tree.codes[node] = code
            low, high = float(values[rows[last]]), float(values[rows[last + 1]])
            tree.thresholds[node] = low / 2 + high / 2
            left = rows[: last + 1]
            if level == DEPTH:
                leaves[left], leaves[rows[last + 1 :]] = 2 * node + 1 - INNER, 2 * node + 2 - INNER
            else:
                nodes[2 * node + 1], nodes[2 * node + 2] = self._parted(order, left)
        return tree, leaves

    def _best(self, residual: np.ndarray, order: np.ndarray) -> tuple[int, int, float] | None:
        """Return the code, the last place on the left, and the gain of the best split of a node."""
        n = order.shape[1]
        gains = self._sums[: order.size].reshape(order.shape)
        residual.take(order, out=gains, mode="clip")
        np.cumsum(gains, axis=1, out=gains)
        share = np.arange(1, n + 1) / n
        gains -= share * gains[0, -1]
        np.square(gains, out=gains)
        share[-1] = 0.5
        gains *= 1 / (n * share * (1 - share))
        gains[:, -1] = -1  # all rows on the left are no split
        if checked := self._given.stepped:
            self._forbid_within_steps(gains, order)
        while True:
            places = gains.argmax(1)
            best = gains[np.arange(len(gains)), places]
            if best.max() < 0:
                return None
            tied = np.flatnonzero(best >= TIED * best.max())
            code = tied[int(self._rng.random(1)[0] * len(tied)) if len(tied) > 1 else 0]
            last, rows, values = places[code], order[code], self._given.values[code]
            if checked or values[rows[last + 1]] > values[rows[last]] + LEAST_STEP:
                return int(code), int(last), float(best[code])
            self._forbid_within_steps(gains, order)
            checked = True

    def _forbid_within_steps(self, gains: np.ndarray, order: np.ndarray) -> None:
        """Make splits between equal values the worst."""
        for gain, rows, values in zip(gains, order, self._given.values, strict=True):
            ascending = values[rows]
            gain[:-1][ascending[1:] <= ascending[:-1] + LEAST_STEP] = -1

    def _parted(self, order: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the orders of the rows on the left and of the others."""
        self._on_left[left] = True
        marks = self._marks[: order.size]
        self._on_left.take(order.ravel(), out=marks, mode="clip")
        self._on_left[left] = False
        on_left = order.ravel().compress(marks)
        on_right = order.ravel().compress(np.logical_not(marks, out=marks))
        return on_left.reshape(len(order), -1), on_right.reshape(len(order), -1)


def _varies(residual: np.ndarray) -> bool:
    if len(residual) < 2:
        return False
    impurity = np.dot(residual, residual) / len(residual) - residual.mean() ** 2
    return bool(impurity > np.finfo(float).eps)
