"""How often a restored image has the attribute that an adversary's memory is of."""

import numpy as np
import torch

from harness.data.dataset import WANTED, Dataset
from harness.metrics.data import EvaluationData
from harness.metrics.disentanglement.scores import Scores, unscored
from harness.metrics.metric import MetricKey, metric
from harness.metrics.restoration.judging import attribute_judge
from harness.metrics.restoration.shown import shown
from models.protocols import Restores

_NAMES = "attribute_rate", "attribute_rate_before", "attributes_kept"
_ERROR = "attribute_judge_error"


@metric(
    needs=Restores,
    of_factors=("known_wanted",),
    keys=[
        MetricKey("attribute_rate", "rate of the attribute", "none", "", "[0, 1]", "depends"),
        MetricKey(
            "attribute_rate_before", "rate before restoration", "none", "", "[0, 1]", "depends"
        ),
        MetricKey("attributes_kept", "other attributes kept", "higher", "", "[0, 1]", "1"),
        MetricKey(_ERROR, "error of the judge of the attribute", "none", "", "[0, 1]", "depends"),
    ],
)
def attribute_rate(method: Restores, data: EvaluationData) -> dict[str, float]:
    """Share of images that get the attribute of a biased memory, and keep the others.

    Of the test images without the attribute, ``attribute_rate`` is the share that has it as they
    are restored and shown, and ``attribute_rate_before`` as they truly are, both judged by a
    network that is trained on the attributes of the training images. ``attributes_kept`` is the
    share of judgements on all other attributes that stay the same: what is left of who it is.
    ``attribute_judge_error`` is how often the judge is wrong of the attribute in true test images.
    """
    test = data.dataset.test
    without = test.factors[WANTED] == 0
    if not without.any():
        return unscored((*_NAMES, _ERROR), "every test image has the attribute")
    judge = attribute_judge(data, _flags(data.dataset))
    before, after = [], []
    for batch in data.test_batches():
        before.append(judge(batch["image"]) > 0)
        after.append(judge(shown(method, batch)) > 0)
    judged, restored = (torch.cat(parts).cpu().numpy() for parts in (before, after))
    wrong = float((judged[:, 0] != test.factors[WANTED]).mean())
    was, now = judged[without], restored[without]
    kept = float((was[:, 1:] == now[:, 1:]).mean()) if was.shape[1] > 1 else float("nan")
    reasons = {} if was.shape[1] > 1 else {"attributes_kept": "no other attributes are known"}
    rates = float(now[:, 0].mean()), float(was[:, 0].mean()), kept
    return Scores({**dict(zip(_NAMES, rates, strict=True)), _ERROR: wrong}, reasons)


def _flags(dataset: Dataset) -> np.ndarray:
    """Return the wanted attribute and all others of the training images, ``[N, n]`` int64."""
    factors = dataset.train.factors
    wanted = factors[WANTED]
    every = (factors[name] for name in dataset.known_attributes)
    same = (wanted, 1 - wanted)
    others = [of for of in every if not any(np.array_equal(of, each) for each in same)]
    return np.stack([wanted, *others], axis=1)
