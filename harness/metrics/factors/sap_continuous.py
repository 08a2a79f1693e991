"""Separated attribute predictability of continuous factors."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.sap import sap
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import known
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[MetricKey("sap_continuous", "SAP, continuous", "higher", "", "[0, 1]", "1 or less")],
)
def sap_continuous(method: Encodes, data: EvaluationData) -> Scores:
    """Gap of the two codes most correlated with a factor, squared (Kumar et al., 2018).

    Mean over factors. It takes the numbers of a factor's values for quantities, which they are not
    where they name shapes or people.
    """
    return sap(*known(method, data).both, continuous=True)
