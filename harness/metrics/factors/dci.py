"""DCI by gradient boosting."""

import numpy as np

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import dci as of_arrays
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
            "dci_disentanglement", "DCI disentanglement", "higher", "", "[0, 1]", "1 or less"
        ),
        MetricKey("dci_completeness", "DCI completeness", "higher", "", "[0, 1]", "1 or less"),
        MetricKey(
            "dci_informativeness_train",
            "DCI informativeness, training",
            "higher",
            "",
            "[0, 1]",
            "1 or less",
        ),
        MetricKey(
            "dci_informativeness_test", "DCI informativeness", "higher", "", "[0, 1]", "1 or less"
        ),
    ],
)
def dci(method: Encodes, data: EvaluationData) -> Scores:
    """Disentanglement, completeness, informativeness by boosting (Eastwood and Williams, 2018).

    How far each code is used to predict one factor alone, and how far each factor is predicted from
    one code alone, by the importances of gradient boosting; and its accuracy. Where codes are
    continuous and factors few, a perfect code has 1.
    """
    codes = known(method, data).both
    return of_arrays.dci(*codes, rng=np.random.default_rng(0), fit=shared_fit(data))
