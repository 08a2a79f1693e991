"""Discrete factors as vectors of numbers, for methods that learn from labels."""

from collections.abc import Iterable, Mapping

import numpy as np


def factor_vectors(
    factors: Mapping[str, np.ndarray],
    sizes: Mapping[str, int],
    *,
    categorical: Iterable[str] = (),
    cyclic: Mapping[str, int] | None = None,
) -> np.ndarray:
    """Return some factors side by side as numbers in [-1, 1], ``[N, k]`` float32.

    Of each factor, in the order of ``sizes``: a categorical one is one-hot, 0 or 1 in a place for
    each value; a cyclic one is the sine and the cosine of its angle; any other is ordered, one
    number from -1 for its first value to 1 for its last (0 where it has one value).

    Args:
        factors: by name, ``[N]`` int64 each, counted from 0.
        sizes: the factors to take and how many values each has.
        categorical: names of those whose values have no order.
        cyclic: names of those whose values go round, each with how many steps make a turn: as many
            as it has values, or one fewer where the first and the last are alike.
    """
    turns, unordered = cyclic or {}, set(categorical)
    columns: list[np.ndarray] = []
    for name, size in sizes.items():
        values = np.asarray(factors[name])
        if name in unordered:
            columns += [(values == value) for value in range(size)]
        elif name in turns:
            angle = 2 * np.pi / turns[name] * values
            columns += [np.sin(angle), np.cos(angle)]
        else:
            columns.append(2 * values / (size - 1) - 1 if size > 1 else 0 * values)
    return np.stack([column.astype(np.float32) for column in columns], axis=1)
