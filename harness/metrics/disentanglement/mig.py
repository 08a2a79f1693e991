"""The mutual information gap of Chen et al. (2018), as the large study estimates it."""

from __future__ import annotations

import numpy as np

from harness.metrics.disentanglement.arrays import beside_a_dead_one, gap, trouble, varying
from harness.metrics.disentanglement.information import (
    entropy,
    histogram_bins,
    mutual_information,
)
from harness.metrics.disentanglement.scores import Scores, unscored

KEYS = ("mig",)


def mig(codes: np.ndarray, factors: np.ndarray, *, bins: int = 20) -> Scores:
    """Return ``mig``: by how much one code is ahead of all others in what it tells of a factor.

    Each code is cut into bins of equal width over its range. The gap between the two codes that
    share most information with a factor is divided by the factor's entropy; the score is the mean
    over factors, in [0, 1]. A perfect code has less than 1, for several values of a factor fall
    into one bin. A single code is compared with a constant one.

    Args:
        codes: ``[N, D]`` float.
        factors: ``[N, F]`` integers; those with one value are left out.
        bins: how many.
    """
    if reason := trouble(codes, factors):
        return unscored(KEYS, reason)
    known = factors[:, varying(factors)]
    shared = beside_a_dead_one(mutual_information(histogram_bins(codes, bins), known))
    return Scores({"mig": (gap(shared) / entropy(known)).mean()})
