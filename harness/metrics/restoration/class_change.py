"""How often a restored image is of another class than the true one."""

import torch

from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric
from harness.metrics.restoration.judging import class_judge
from models.protocols import Restores


@metric(
    needs=Restores,
    of_factors=("known_identity",),
    of_options=("identity_factor",),
    keys=[
        MetricKey("class_change", "class changes", "lower", "", "[0, 1]", "0"),
        MetricKey("class_judge_error", "error of the judge of classes", "none", "", "[0, 1]", "0"),
    ],
)
def class_change(method: Restores, data: EvaluationData) -> dict[str, float]:
    """Share of test images that are restored to another class (Tung et al., 2017, Figure 1).

    A network, trained to classify the whole training images, judges the restored image, as the
    method makes it, and the true one; it is a change where the two judgements differ.
    ``class_judge_error`` is how often it is wrong of true images.
    """
    dataset = data.dataset
    labels = dataset.test.factors[dataset.known_identity]
    judge = class_judge(data, dataset.train.factors[dataset.known_identity])
    changed, wrong, start = 0, 0, 0
    for batch in data.test_batches():
        true = torch.from_numpy(labels[start : start + len(batch["image"])]).to(data.device)
        start += len(true)
        before = judge(batch["image"]).argmax(1)
        changed += int((judge(method.restore(batch)).argmax(1) != before).sum())
        wrong += int((before != true).sum())
    return {"class_change": changed / start, "class_judge_error": wrong / start}
