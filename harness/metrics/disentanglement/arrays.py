"""Codes and factors as the metrics take them, and what of them cannot be scored."""

from __future__ import annotations

import numpy as np

NOT_FINITE = "a code is not finite"
LARGEST = 1e30
"""Larger codes have no squares in the numbers that the classifiers compute with."""
TOO_LARGE = "a code is beyond 1e30"
NOT_WHOLE = "factors are not integers: number their values, or cut them into classes"
NO_ROWS = "there are no images"
NO_CODES = "there are no codes"
NO_FACTORS = "no factor takes two values in these images"
ONE_FACTOR = "only one factor takes two values in these images"
ONE_CODE = "there is only one code"


def trouble(codes: np.ndarray, factors: np.ndarray, *others: np.ndarray) -> str:
    """Return why nothing can be said of codes ``[N, D]`` and factors ``[N, F]``; "" if it can.

    Args:
        codes: of the images that something is fitted to.
        factors: of these.
        others: codes of further images.

    Raises:
        ValueError: they are not of the same images.
    """
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors):
        raise ValueError(
            f"codes are [N, D] and factors [N, F] of the same images, not {codes.shape} and "
            f"{factors.shape}"
        )
    if factors.dtype.kind not in "iub":
        return NOT_WHOLE
    unusable = trouble_of_codes(codes, *others)
    return unusable or ("" if varying(factors).any() else NO_FACTORS)


def trouble_of_codes(*codes: np.ndarray) -> str:
    """Return why nothing can be said of codes, ``[N, D]`` each; "" if it can."""
    if not all(len(each) for each in codes):
        return NO_ROWS
    if not all(each.shape[1] for each in codes):
        return NO_CODES
    if not all(np.isfinite(each).all() for each in codes):
        return NOT_FINITE
    return "" if max(np.abs(each).max() for each in codes) <= LARGEST else TOO_LARGE


def varying(factors: np.ndarray) -> np.ndarray:
    """Return which factors take two values or more, ``[F]``; others are left out of all means."""
    return np.ptp(factors, axis=0) > 0 if factors.size else np.zeros(factors.shape[1], bool)


def alive(codes: np.ndarray) -> np.ndarray:
    """Return which codes vary by more than rounding, ``[D]``."""
    spread, size = np.ptp(codes, axis=0), np.abs(codes).max(0)
    return np.asarray(spread > 1e-12 * np.maximum(size, 1e-12))


def beside_a_dead_one(matrix: np.ndarray) -> np.ndarray:
    """Return scores of codes ``[D, F]``; where D is 1, with the 0 of a second, constant code."""
    return matrix if len(matrix) > 1 else np.concatenate([matrix, np.zeros_like(matrix)])


def gap(matrix: np.ndarray) -> np.ndarray:
    """Return by how much the best code is ahead of the second for each factor, ``[F]``."""
    ascending = np.sort(matrix, axis=0)
    return np.asarray(ascending[-1] - ascending[-2])
