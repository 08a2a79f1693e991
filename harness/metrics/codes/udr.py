"""Unsupervised disentanglement ranking, a score of several models together."""

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores, unscored
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

ALONE = "it compares models of several seeds: unbraid evaluate RUN_DIR metrics=[udr], with keep=all"
"""Why a trial by itself has no score."""


@metric(
    needs=Encodes,
    keys=[MetricKey("udr", "UDR", "higher", "", "[0, 1]", "0.9 or less")],
)
def udr(method: Encodes, data: EvaluationData) -> Scores:  # noqa: ARG001
    """Whether seeds of one configuration agree on their codes (Duan et al., 2020); needs no labels.

    Each code of a model is predicted from those of another, by a lasso; two models agree as far as
    each code corresponds to a single one of the other's. The score is the median over the other
    seeds. Codes that differ from their prior by less than 0.01 nats have no part in it. A trial has
    no such score: ``unbraid evaluate RUN_DIR metrics=[udr]`` computes it of models that were kept.
    """
    return unscored(("udr",), ALONE)
