"""Boosted classifiers of the known factors, trained once for the metrics that ask for them."""

from __future__ import annotations

import numpy as np

from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.dci import Fit, Fitted, boosted


def shared_fit(data: EvaluationData) -> Fit:
    """Return how a metric trains a classifier: the same codes and labels are learned from once.

    Each training draws from a generator of its own, so that its result is the same whichever metric
    comes first.
    """

    def fit(codes: np.ndarray, labels: np.ndarray) -> Fitted:
        key = "boosted", codes.shape, codes.tobytes(), labels.tobytes()
        return data.once(key, lambda: boosted(np.random.default_rng(0))(codes, labels))

    return fit
