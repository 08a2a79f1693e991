"""Separated attribute predictability of discrete factors."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import sap as of_arrays
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import known
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[MetricKey("sap", "SAP", "higher", "", "[0, 1]", "far below 1")],
)
def sap(method: Encodes, data: EvaluationData) -> Scores:
    """Gap of the two codes that best predict a factor, by a linear SVM (Kumar et al., 2018).

    Mean over factors of the gap in test accuracy. The machine, with ``C`` 0.01 as in the large
    study, depends on the scale of the codes: perfect ones have 0.18 to 0.24 on dSprites.
    """
    return of_arrays.sap(*known(method, data).both)
