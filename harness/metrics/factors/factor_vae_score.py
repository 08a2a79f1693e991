"""The score of FactorVAE in the protocol of the large study."""

from __future__ import annotations

import torch

from harness.metrics.codes.encoding import all_codes
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.pairs import factor_vae_of
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import POINTS, Sharing, discrete_factors, numpy_rng
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[
        MetricKey(
            "factor_vae_train", "FactorVAE score, training", "higher", "", "[0, 1]", "1 or less"
        ),
        MetricKey("factor_vae_eval", "FactorVAE score", "higher", "", "[0, 1]", "1 or less"),
        MetricKey(
            "factor_vae_active_codes", "codes that are not pruned", "none", "", "[0, inf)", "none"
        ),
    ],
)
def factor_vae_score(method: Encodes, data: EvaluationData, generator: torch.Generator) -> Scores:
    """How well the code that varies least in a batch tells the factor shared (Kim and Mnih, 2018).

    Votes of batches of 64 test images that share a known factor's value. Codes that deviate by less
    than 0.05 have no vote. It saturates: a rotation of perfect codes still has 0.81.
    """
    codes, factors = all_codes(method, data), discrete_factors(data.dataset)
    train, fresh = POINTS[data.budget]
    return factor_vae_of(
        Sharing(codes, factors).batch,
        factors.shape[1],
        codes,
        rng=numpy_rng(generator),
        num_train=train,
        num_eval=fresh,
    )
