"""What a linear classifier finds of the known factors of appearance in each code."""

import numpy as np

from harness.metrics.codes.encoding import all_codes, encode_images
from harness.metrics.codes.probes import MOST_IMAGES, probe
from harness.metrics.data import EvaluationData
from harness.metrics.factors.known import discrete
from harness.metrics.metric import MetricKey, metric
from models.protocols import Encodes

FEWEST = 10
"""With fewer images nothing is scored."""


@metric(
    needs=Encodes,
    of_codes=True,
    of_factors=("known_appearance",),
    keys=[
        MetricKey(
            "factors_from_pose", "appearance factors from pose", "lower", "", "[0, 1]", "chance"
        ),
        MetricKey(
            "factors_from_appearance",
            "appearance factors from appearance",
            "higher",
            "",
            "[0, 1]",
            "1",
        ),
        MetricKey("factors_ceiling", "appearance factors, ceiling", "none", "", "[0, 1]", "1"),
        MetricKey("factors_chance", "appearance factors, chance", "none", "", "[0, 1]", "chance"),
    ],
)
def appearance_probe(method: Encodes, data: EvaluationData) -> dict[str, float]:
    """Accuracy of linear probes of the known appearance factors, from the pose's code and others.

    The mean over factors: ``factors_from_pose`` from the code that should have none of them (z_t of
    SemiX), ``factors_from_appearance`` from the code that should have them (z_s). Between
    ``factors_chance``, of the commonest value, and ``factors_ceiling``, from all codes together,
    lies what a probe can find. Logistic regression on standardised codes as in ``probes``;
    continuous factors are cut into ten, factors of one value are left out, and a photograph that is
    there several times counts once. Methods without a ``pose`` code are not scored.
    """
    limit = MOST_IMAGES[data.budget]
    codes, factors = encode_images(method, data, limit), data.dataset.test.factors
    if "pose" not in codes:
        return {}
    n = len(codes["pose"])
    rows = np.sort(np.unique(factors.get("photograph", np.arange(n))[:n], return_index=True)[1])
    known = [discrete(factors[name][rows]) for name in data.dataset.known_appearance]
    labels = [values for values in known if len(np.unique(values)) > 1]
    if not labels or len(rows) < FEWEST:
        return {}
    of = {
        "factors_from_pose": codes["pose"],
        "factors_ceiling": all_codes(method, data),
        "factors_chance": np.zeros((n, 1)),
    }
    if "appearance" in codes:
        of["factors_from_appearance"] = codes["appearance"]
    return {
        name: float(np.mean([probe(code[rows], each) for each in labels]))
        for name, code in of.items()
    }
