"""What is learned from the codes with few and with many labels."""

import numpy as np

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import downstream as of_arrays
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.boosting import shared_fit
from harness.metrics.factors.known import known
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[
        MetricKey(
            f"downstream_{size}",
            f"accuracy from {size:,} labels",
            "higher",
            "",
            "[0, 1]",
            "1 or less",
        )
        for size in of_arrays.SIZES
    ],
)
def downstream(method: Encodes, data: EvaluationData) -> Scores:
    """Accuracy of gradient boosting from codes to factors, from 10, 100, 1,000, 10,000 labels.

    Mean over factors, on other images; the task of the large study. Numbers of labels that there
    are not, by the budget or in the test split, are left out.
    """
    codes = known(method, data).both
    return of_arrays.downstream(*codes, rng=np.random.default_rng(0), fit=shared_fit(data))
