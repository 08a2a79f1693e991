"""Modularity and explicitness."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import modularity
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import known
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[
        MetricKey("modularity", "modularity", "higher", "", "[0, 1]", "1 or less"),
        MetricKey(
            "explicitness_train", "explicitness, training", "higher", "", "[0, 1]", "1 or less"
        ),
        MetricKey("explicitness_test", "explicitness", "higher", "", "[0, 1]", "1 or less"),
    ],
)
def modularity_explicitness(method: Encodes, data: EvaluationData) -> Scores:
    """How far each code tells of one factor alone; area under the curve of a linear classifier.

    Modularity and explicitness of Ridgeway and Mozer (2018). Modularity is the mean over all codes,
    of which dead ones count as 0, so that further codes lower it. Explicitness has 0.5 by chance.
    """
    return modularity.modularity_explicitness(*known(method, data).both)
