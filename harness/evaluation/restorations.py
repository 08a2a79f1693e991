"""The pictures of what methods restore, and which of them changed their class."""

import numpy as np
import torch
from torch import Tensor

from harness.data.images import Images
from harness.metrics.data import EvaluationData
from harness.metrics.restoration.judging import class_judge
from models.protocols import Inpaints, Restores


def restorations(
    method: Restores, data: EvaluationData, places: np.ndarray
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return pictures of some test images, and numbers.

    Pictures, ``[n, C, H, W]`` in [0, 1]: ``observed``, what the method sees; ``restored``, what it
    makes of that; and ``recovered``, what would be seen of it. Numbers: ``class_changed`` ``[n]``,
    1 where the judge of the metric ``class_change`` finds another class in the restored image,
    of images with a hidden part whose classes are known.

    Args:
        method: in evaluation mode.
        data: the dataset.
        places: ``[n]``, which test images.
    """
    test = data.dataset.test
    image = next(Images(test.images, data.device).gathered([torch.from_numpy(places)]))
    beside = {
        name: torch.tensor(values[places], device=data.device)
        for name, values in test.modalities.items()
    }
    batch = {"image": image, **beside}
    restored = method.restore(batch)
    pictures = {
        "observed": method.observe(batch),
        "restored": restored,
        "recovered": method.recover(batch),
    }
    identity = data.dataset.known_identity
    if not identity or not isinstance(method, Inpaints):
        return pictures, {}
    judge = class_judge(data, data.dataset.train.factors[identity])
    changed = judge(restored).argmax(1) != judge(image).argmax(1)
    return pictures, {"class_changed": changed.float()}
