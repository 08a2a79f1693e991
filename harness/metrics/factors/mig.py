"""The mutual information gap."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import mig as of_arrays
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import known
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[MetricKey("mig", "MIG", "higher", "", "[0, 1]", "1 - what 20 bins lose")],
)
def mig(method: Encodes, data: EvaluationData) -> Scores:
    """Mutual information gap, codes cut into 20 bins (Chen et al., 2018; the large study's).

    By how much one code is ahead of all others in what it tells of a factor, as a part of the
    factor's entropy; mean over factors. A perfect code has less than 1 where a bin holds several
    values of a factor.
    """
    return of_arrays.mig(*known(method, data).train)
