"""How much the codes depend on one another."""

from harness.metrics.codes.encoding import all_codes
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.disentanglement.unsupervised import unsupervised_scores
from harness.metrics.factors.known import parted
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes


@metric(
    needs=Encodes,
    of_codes=True,
    keys=[
        MetricKey(
            "gaussian_total_correlation",
            "Gaussian total correlation",
            "none",
            "nats",
            "[0, inf)",
            "of the factors",
        ),
        MetricKey(
            "gaussian_wasserstein",
            "Gaussian Wasserstein correlation",
            "none",
            "",
            "[0, inf)",
            "of the factors",
        ),
        MetricKey(
            "gaussian_wasserstein_norm",
            "Gaussian Wasserstein correlation, normed",
            "none",
            "",
            "[0, 2]",
            "of the factors",
        ),
        MetricKey(
            "code_information",
            "mutual information of codes",
            "none",
            "nats",
            "[0, inf)",
            "of the factors",
        ),
    ],
)
def unsupervised(method: Encodes, data: EvaluationData) -> Scores:
    """Dependence of codes on one another: total correlation, Wasserstein, mutual information.

    The large study's unsupervised scores: the first two of a Gaussian with the codes' covariance,
    the last of codes cut into 20 bins. Independent factors give 0, dependent ones more; neither way
    is better, for codes that tell nothing are independent too.
    """
    codes = all_codes(method, data)
    return unsupervised_scores(codes[parted(len(codes), data)[0]])
