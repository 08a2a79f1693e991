"""The disentanglement score of beta-VAE on the codes of labels."""

import numpy as np

from harness.metrics.codes.beta_vae_pairs import PAIRS, VECTORS, score
from harness.metrics.codes.encoding import encode_labels
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import EncodesModalities


@metric(
    needs=EncodesModalities,
    of_modalities=("pose",),
    keys=[
        MetricKey("beta_vae_labels", "β-VAE score of labels", "higher", "", "[0, 1]", "1"),
    ],
)
def beta_vae_labels(method: EncodesModalities, data: EvaluationData) -> dict[str, float]:
    """Accuracy of predicting, from codes of labels, which label pairs share (dVAE, section E).

    The β-VAE score (see :mod:`harness.metrics.codes.beta_vae_pairs`) of the codes of labels, where
    each latent group is the code of one label. Codes of different images' labels are combined, so
    that pairs share exactly one label, whatever images there are. The shared label's code is one
    code, its difference exactly 0: only dead codes score less than 1, and untrained networks score
    1. It is there for run directories that have it; ``beta_vae_poses`` is a score that can fail.
    """
    codes = list(encode_labels(method, data).values())
    if len(codes) < 2:
        return {}
    draws = np.random.default_rng(0)
    pairs = VECTORS // len(codes) * PAIRS
    by_label = []
    for shared in range(len(codes)):
        differences = []
        for group, code in enumerate(codes):
            first, second = draws.integers(0, len(code), (2, pairs))
            differences.append(np.abs(code[first] - code[first if group == shared else second]))
        by_label.append(np.concatenate(differences, 1))
    return {"beta_vae_labels": score(np.stack(by_label))}
