"""The interventional robustness score of Suter et al. (2019)."""

from __future__ import annotations

import numpy as np

from harness.metrics.disentanglement.arrays import trouble, varying
from harness.metrics.disentanglement.information import histogram_bins
from harness.metrics.disentanglement.scores import Scores, unscored

KEYS = ("irs", "irs_active_codes")


def irs(
    codes: np.ndarray, factors: np.ndarray, *, bins: int = 20, quantile: float = 0.99
) -> Scores:
    """Return ``irs``, in [0, 1], and ``irs_active_codes``, how many codes vary.

    How little a code moves while one factor is held, whatever the others do: one less the quantile
    of its distances from the mean at a value of that factor, averaged over values, over its largest
    distance from its mean. The score takes each code's best factor and is the mean over the codes
    that vary, weighted by their largest distance; 0 where none does. A code that is farther from
    its mean at one value than from that over all, as few images may be, counts as 0, not below.

    Args:
        codes: ``[N, D]`` float.
        factors: ``[N, F]`` integers; those with one value are left out.
        bins: into which factors of more values are cut.
        quantile: of the distances; 1 is the largest, as in the paper.
    """
    if reason := trouble(codes, factors):
        return unscored(KEYS, reason)
    codes = codes.astype(float)  # squares of large codes are beyond float32
    active = codes[:, codes.var(0) > 0]
    if not active.shape[1]:
        return Scores({"irs": 0, "irs_active_codes": 0})
    largest = np.abs(active - active.mean(0)).max(0)
    moved = np.stack(
        [
            _moved(active, values, quantile)
            for values in histogram_bins(factors[:, varying(factors)].astype(float), bins).T
        ],
        1,
    )
    best = np.clip(1 - (moved / largest[:, None]).min(1), 0, 1)
    return Scores({"irs": np.average(best, weights=largest), "irs_active_codes": active.shape[1]})


def _moved(codes: np.ndarray, values: np.ndarray, quantile: float) -> np.ndarray:
    """Return how far each code is from its mean at a value of a factor, mean over values, [D]."""
    groups = [codes[values == value] for value in np.unique(values)]
    distances = [np.abs(group - group.mean(0)) for group in groups]
    far = [np.percentile(distance, 100 * quantile, axis=0) for distance in distances]
    return np.asarray(np.mean(far, axis=0))
