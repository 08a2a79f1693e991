"""What a linear classifier predicts from each code."""

import numpy as np

from harness.metrics.codes.encoding import encode_images
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

MOST_IMAGES = {"fast": 2000, "study": 10000}
"""Most test images, the first ones."""

SHARE = 0.8
"""Share of the images that a probe is trained on; it is scored on the rest."""


@metric(
    needs=Encodes,
    of_codes=True,
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

    Logistic regression on standardised codes of test images, trained on 80 % of them and scored on
    the other 20 %, the same split for every trial. Methods without an ``appearance`` and a ``pose``
    code are not scored.
    """
    codes = encode_images(method, data, MOST_IMAGES[data.budget])
    if not {"appearance", "pose"} <= codes.keys():
        return {}
    scores = {}
    for label, factor in (
        ("identity", data.dataset.known_identity),
        ("frame", data.dataset.known_frame),
    ):
        for group in ("pose", "appearance"):
            labels = data.dataset.test.factors[factor][: len(codes[group])]
            scores[f"{label}_from_{group}"] = probe(codes[group], labels)
    return scores


def probe(codes: np.ndarray, labels: np.ndarray) -> float:
    """Return the accuracy of logistic regression from codes ``[N, D]`` to labels ``[N]``.

    It is trained on ``SHARE`` of the rows, always the same for one N, and scored on the rest.
    """
    order = np.random.default_rng(0).permutation(len(codes))
    return accuracy(codes, labels, *np.split(order, [int(SHARE * len(codes))]))


def accuracy(codes: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> float:
    """Return the accuracy on some rows of a logistic regression trained on others.

    Codes are standardised by the training rows. Where these share one label, it is predicted.

    Args:
        codes: ``[N, D]``.
        labels: ``[N]`` integers.
        train: indices of the rows to train on.
        test: indices of the rows to predict.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(labels[train])) == 1:
        return float((labels[test] == labels[train[0]]).mean())
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    classifier.fit(codes[train], labels[train])
    return float(classifier.score(codes[test], labels[test]))
