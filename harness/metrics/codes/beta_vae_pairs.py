"""The disentanglement score of β-VAE: whether codes show which factor two images share."""

import numpy as np

from harness.data.pairs import draw_sharing
from harness.metrics.codes.encoding import all_codes
from harness.metrics.codes.probes import accuracy
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

VECTORS, PAIRS = 1000, 32
"""Vectors ``z_diff``, half of them for training, and pairs that each is the mean of (dVAE, E)."""


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_identity", "known_frame"),
    keys=[
        MetricKey("beta_vae_pairs", "β-VAE score of pairs", "higher", "", "[0, 1]", "1"),
    ],
)
def beta_vae_pairs(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """Accuracy of predicting, from two codes, whether images share identity or frame (dVAE, E).

    Of the score of β-VAE (Higgins et al., 2017) it is the variant of two factors, as dVAE takes it;
    the metric ``beta_vae_score`` has the protocol of the large study, over all known factors.
    The accuracy of :func:`score` on codes of test images. Half of the vectors are of pairs of one
    identity in two frames, half of pairs of two identities in one frame, the same pairs for every
    trial. Two images of one frame look much more alike than two of one identity, so that codes of
    untrained networks score up to 1 too: compare it with ``untrained_codes``.
    """
    test, dataset = data.dataset.test, data.dataset
    identity, frame = test.factors[dataset.known_identity], test.factors[dataset.known_frame]
    return {"beta_vae_pairs": score_of_two(all_codes(method, data), identity, frame)}


def score_of_two(codes: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """Return :func:`score` of 1,000 vectors of pairs that share one of two labels.

    Args:
        codes: ``[N, D]``.
        one: ``[N]`` integer labels; half of the pairs share one and differ in the other.
        other: likewise.

    Raises:
        UserError: no two images share the one and differ in the other.
    """
    draws = np.random.default_rng(0)
    half = VECTORS // 2 * PAIRS
    pairs = [draw_sharing(*labels, half, draws) for labels in ((one, other), (other, one))]
    return score(np.stack([np.abs(codes[first] - codes[second]) for first, second in pairs]))


def score(differences: np.ndarray) -> float:
    """Return the accuracy of a linear classifier of the factor that pairs share, in [0, 1].

    Higgins et al. (2017), section 3: each vector ``z_diff`` is the mean over 32 pairs of the
    absolute difference of their codes. Logistic regression is trained on half of the vectors and
    scored on the others; chance is one over the number of factors. One dimension that encodes one
    factor alone is enough for 1: a high score does not show that the other codes are disentangled.

    Args:
        differences: ``[F, n * PAIRS, D]``, absolute, of pairs that share each factor.
    """
    vectors = differences.reshape(len(differences), -1, PAIRS, differences.shape[2]).mean(2)
    n = vectors.shape[1]
    labels = np.repeat(np.arange(len(vectors)), n)
    train = np.tile(np.arange(n) < n // 2, len(vectors))
    rows = np.flatnonzero(train), np.flatnonzero(~train)
    return accuracy(vectors.reshape(-1, differences.shape[2]), labels, *rows)
