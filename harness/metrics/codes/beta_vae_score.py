"""The disentanglement score of beta-VAE: which factor two images share, classified from codes."""

import numpy as np

from harness.data.pairs import draw_sharing
from harness.metrics.codes.encoding import of_images
from harness.metrics.codes.probes import accuracy
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

VECTORS, PAIRS = 1000, 32
"""Vectors ``z_diff``, half of them to learn from, and pairs that each is a mean of (dVAE, E)."""


@metric(
    needs=Encodes,
    of_factors=("known_identity", "known_frame"),
    keys=[
        MetricKey("beta_vae_score", "β-VAE score", "higher", "", "[0, 1]", "1"),
    ],
)
def beta_vae_score(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """Accuracy of telling which factor pairs share, from their codes (Higgins et al., 2017).

    Return ``beta_vae_score``, the accuracy of :func:`score` on codes of test images.

    Half of the vectors are of pairs of one identity in two frames, half of pairs of two identities
    in one frame, the same pairs for every trial.
    """
    codes = np.concatenate(list(of_images(method, data).values()), 1)
    test, dataset = data.dataset.test, data.dataset
    identity, frame = test.factors[dataset.known_identity], test.factors[dataset.known_frame]
    draws = np.random.default_rng(0)
    half = VECTORS // 2 * PAIRS
    both = [draw_sharing(*of, half, draws) for of in ((identity, frame), (frame, identity))]
    apart = [np.abs(codes[a] - codes[b]) for a, b in both]
    return {"beta_vae_score": score(np.stack(apart))}


def score(apart: np.ndarray) -> float:
    """Return the accuracy of a linear classifier of the factor that pairs share, in [0, 1].

    Higgins et al. (2017), section 3: each vector ``z_diff`` is the mean over 32 pairs of the
    absolute difference of their codes. Logistic regression learns from half of the vectors and is
    scored on the others; chance is one over the number of factors. A single code that tells one
    factor is enough for 1: the score shows what is missing, not that nothing is mixed.

    Args:
        apart: ``[F, n * PAIRS, D]``, absolute differences of pairs that share each factor.
    """
    vectors = apart.reshape(len(apart), -1, PAIRS, apart.shape[2]).mean(2)
    n = vectors.shape[1]
    labels = np.repeat(np.arange(len(vectors)), n)
    learns = np.tile(np.arange(n) < n // 2, len(vectors))
    rows = np.flatnonzero(learns), np.flatnonzero(~learns)
    return accuracy(vectors.reshape(-1, apart.shape[2]), labels, *rows)
