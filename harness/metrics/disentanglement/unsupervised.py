"""How much the codes tell of one another: scores that need no factors."""

from __future__ import annotations

import numpy as np

from harness.metrics.disentanglement.arrays import ONE_CODE, trouble_of_codes
from harness.metrics.disentanglement.information import histogram_bins, mutual_information
from harness.metrics.disentanglement.scores import Scores, unscored

KEYS = (
    "gaussian_total_correlation",
    "gaussian_wasserstein",
    "gaussian_wasserstein_norm",
    "code_information",
)
LEAST_VARIANCE = 1e-12
"""Codes that vary less have no part in the Gaussian scores."""
DEPENDENT = 1e-12
"""A correlation matrix with a smaller eigenvalue is singular but for rounding."""

INFINITE = "a code is a linear function of others, so the total correlation is infinite"
DEAD = "no code varies"


def unsupervised_scores(codes: np.ndarray, *, bins: int = 20) -> Scores:
    """Return how much the codes ``[N, D]`` depend on one another; 0 is independence.

    ``gaussian_total_correlation``, in nats, and ``gaussian_wasserstein``, the squared distance to
    independent codes, are of a Gaussian with the codes' covariance; ``gaussian_wasserstein_norm``
    is divided by their total variance. ``code_information`` is the mean mutual information of two
    codes in nats, cut into bins of equal width. Constant codes have no part in the Gaussian scores.
    """
    if reason := trouble_of_codes(codes):
        return unscored(KEYS, reason)
    covariance = (
        np.atleast_2d(np.cov(codes, rowvar=False, ddof=1))
        if len(codes) > 1
        else np.zeros((codes.shape[1],) * 2)
    )
    variances = np.diag(covariance)
    moving = variances > LEAST_VARIANCE
    values, reasons = dict.fromkeys(KEYS, np.nan), {}
    if moving.any():
        scale = np.sqrt(variances[moving])
        kept = covariance[np.ix_(moving, moving)]
        spectrum = np.linalg.eigvalsh(kept / scale / scale[:, None])
        if spectrum.min() > DEPENDENT:
            values[KEYS[0]] = max(0.0, -0.5 * float(np.log(spectrum).sum()))
        else:
            reasons[KEYS[0]] = INFINITE
        # The root of C diag(C) has the eigenvalues of the root of diag(C)^.5 C diag(C)^.5.
        roots = np.sqrt(np.maximum(np.linalg.eigvalsh(kept * scale * scale[:, None]), 0))
        values[KEYS[1]] = max(0.0, 2 * float(variances[moving].sum() - roots.sum()))
        values[KEYS[2]] = values[KEYS[1]] / float(variances[moving].sum())
    else:
        reasons |= dict.fromkeys(KEYS[:3], DEAD)
    n = codes.shape[1]
    if n > 1:
        cut = histogram_bins(codes, bins)
        shared = mutual_information(cut, cut)
        values[KEYS[3]] = (shared.sum() - np.trace(shared)) / (n * n - n)
    else:
        reasons[KEYS[3]] = ONE_CODE
    return Scores(values, reasons)
