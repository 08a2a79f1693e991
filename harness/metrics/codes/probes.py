"""Linear probes: identity and frame classified from each code."""

import numpy as np

from harness.metrics.codes.encoding import of_images
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

MOST_IMAGES = {"fast": 2000, "study": 10000}
"""The first so many test images."""

SHARE = 0.8
"""Share of the images that a probe learns from; it is scored on the rest."""


@metric(
    needs=Encodes,
    of_factors=("known_identity", "known_frame"),
    keys=[
        MetricKey("identity_from_pose", "identity from pose", "lower", "", "[0, 1]", "chance"),
        MetricKey(
            "identity_from_appearance", "identity from appearance", "higher", "", "[0, 1]", "1"
        ),
        MetricKey("frame_from_pose", "frame from pose", "higher", "", "[0, 1]", "1"),
        MetricKey(
            "frame_from_appearance", "frame from appearance", "lower", "", "[0, 1]", "chance"
        ),
    ],
)
def probes(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """Accuracy of linear probes: identity and frame, from each of the two codes.

    Return the accuracy of four linear probes, by what is read from which code.

    Logistic regression on standardised codes of test images, on one split of these into 80 % to
    learn from and 20 %, the same for every trial. Methods without an ``appearance`` and a ``pose``
    code are not scored.
    """
    codes = of_images(method, data, MOST_IMAGES[data.budget])
    if not {"appearance", "pose"} <= codes.keys():
        return {}
    scores = {}
    for what, factor in (
        ("identity", data.dataset.known_identity),
        ("frame", data.dataset.known_frame),
    ):
        for group in ("pose", "appearance"):
            labels = data.dataset.test.factors[factor][: len(codes[group])]
            scores[f"{what}_from_{group}"] = probe(codes[group], labels)
    return scores


def probe(codes: np.ndarray, labels: np.ndarray) -> float:
    """Return the accuracy of logistic regression from codes ``[N, D]`` to labels ``[N]``.

    It learns from ``SHARE`` of the rows, drawn once and for all, and is scored on the rest.
    """
    order = np.random.default_rng(0).permutation(len(codes))
    return accuracy(codes, labels, *np.split(order, [int(SHARE * len(codes))]))


def accuracy(codes: np.ndarray, labels: np.ndarray, learn: np.ndarray, score: np.ndarray) -> float:
    """Return the accuracy on some rows of logistic regression learned from others.

    On codes standardised by the rows to learn from. A label that all of these share is what is
    predicted.

    Args:
        codes: ``[N, D]``.
        labels: ``[N]`` integers.
        learn: indices of the rows to learn from.
        score: indices of the rows to predict.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(labels[learn])) == 1:
        return float((labels[score] == labels[learn[0]]).mean())
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    classifier.fit(codes[learn], labels[learn])
    return float(classifier.score(codes[score], labels[score]))
