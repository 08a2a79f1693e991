"""Interventional robustness."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import irs as of_arrays
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import known
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[
        MetricKey("irs", "IRS", "higher", "", "[0, 1]", "1 or less"),
        MetricKey("irs_active_codes", "codes that vary", "none", "", "[0, inf)", "none"),
    ],
)
def irs(method: Encodes, data: EvaluationData) -> Scores:
    """Interventional robustness: how little a code moves while its factor is held (Suter, 2019).

    Mean over the codes that vary, weighted by how far they move. Factors of more than 20 values are
    cut into 20 bins. Further codes of noise lower it.
    """
    return of_arrays.irs(*known(method, data).train)
