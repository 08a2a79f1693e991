"""DCI by a linear classifier."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement import dci as of_arrays
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.factors.known import known
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_factors",),
    keys=[
        MetricKey(
            "dci_linear_disentanglement",
            "linear DCI disentanglement",
            "higher",
            "",
            "[0, 1]",
            "1 or less",
        ),
        MetricKey(
            "dci_linear_completeness",
            "linear DCI completeness",
            "higher",
            "",
            "[0, 1]",
            "1 or less",
        ),
        MetricKey(
            "dci_linear_informativeness_train",
            "linear DCI informativeness, training",
            "higher",
            "",
            "[0, 1]",
            "1 or less",
        ),
        MetricKey(
            "dci_linear_informativeness_test",
            "linear DCI informativeness",
            "higher",
            "",
            "[0, 1]",
            "1 or less",
        ),
    ],
)
def dci_linear(method: Encodes, data: EvaluationData) -> Scores:
    """Disentanglement, completeness and informativeness of DCI by logistic regression.

    The scores of ``dci`` of a linear classifier on standardised codes, whose weights are the codes'
    importances. A classifier of many values of one factor mixes in other codes, so that a perfect
    code has less than 1.
    """
    return of_arrays.dci_linear(*known(method, data).both)
