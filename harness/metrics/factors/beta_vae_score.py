"""The score of β-VAE in the protocol of the large study."""

from __future__ import annotations

import torch

from harness.metrics.codes.encoding import all_codes
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.pairs import beta_vae_of
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import POINTS, Sharing, discrete_factors, numpy_rng
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[
        MetricKey("beta_vae_train", "β-VAE score, training", "higher", "", "[0, 1]", "1 or less"),
        MetricKey("beta_vae_eval", "β-VAE score", "higher", "", "[0, 1]", "1 or less"),
    ],
)
def beta_vae_score(method: Encodes, data: EvaluationData, generator: torch.Generator) -> Scores:
    """Accuracy of predicting which factor pairs of images share (Higgins et al., 2017).

    A linear classifier on the mean distance of the codes of 64 pairs; chance is one over the number
    of known factors. The test split is finite: pairs are drawn from its images. It saturates: a
    rotation of perfect codes still has 0.93.
    """
    codes, factors = all_codes(method, data), discrete_factors(data.dataset)
    train, fresh = POINTS[data.budget]
    return beta_vae_of(
        Sharing(codes, factors).pairs,
        factors.shape[1],
        rng=numpy_rng(generator),
        num_train=train,
        num_eval=fresh,
    )
