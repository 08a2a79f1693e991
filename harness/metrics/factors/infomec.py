"""InfoMEC: modularity, explicitness and compactness."""

from __future__ import annotations

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import infomec as of_arrays
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import known, numpy_rng
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[
        MetricKey("infom", "InfoM", "higher", "", "[0, 1]", "1 or less"),
        MetricKey("infoe", "InfoE", "higher", "", "(-inf, 1]", "1 or less"),
        MetricKey("infoc", "InfoC", "higher", "", "[0, 1]", "1 or less"),
        MetricKey("infomec_active_codes", "active codes", "none", "", "[0, inf)", "none"),
    ],
)
def infomec(method: Encodes, data: EvaluationData, generator: torch.Generator) -> Scores:
    """Modularity, explicitness, compactness by information without bins (Hsu et al., 2023).

    How far the information of each active code is of one factor, and that of each factor in one
    code; by how much a linear classifier brings down a factor's cross-entropy. An active code that
    tells nothing leaves InfoM without a number, a factor of which nothing is told InfoC.
    """
    return of_arrays.infomec(*known(method, data).train, rng=numpy_rng(generator))
