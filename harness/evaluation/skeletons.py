"""The 3D poses that a method finds in test images, kept beside the true ones."""

import numpy as np
import torch
from torch import Tensor

from harness.datasets.hands.canonical_pose import BONES
from harness.metrics.data import EvaluationData
from harness.metrics.hands.pose_error import has_pose, mirrored, pose_of
from models.method import Method
from models.protocols import Predicts


def skeletons(
    method: Method, data: EvaluationData, images: Tensor, places: np.ndarray
) -> dict[str, Tensor]:
    """Return poses in units of a bone's length, relative to the root: x right, y down, z away.

    ``pose_true`` and ``pose_found`` ``[n, J, 3]``, and ``bones`` ``[b, 2]``, which joints are
    joined. Nothing if the images have no poses or the method finds none.

    Args:
        method: what finds poses.
        data: the test images.
        images: ``[n, C, H, W]``, some of them.
        places: ``[n]``, which ones.
    """
    poses = data.dataset.test.modalities
    if not isinstance(method, Predicts) or "pose" not in poses:
        return {}
    found = {name: array.cpu().numpy() for name, array in method.predict(images).items()}
    if not has_pose(found):
        return {}
    predicted = pose_of(found, mirrored(data.dataset)[places]).astype(np.float32)
    return {
        "pose_true": torch.from_numpy(poses["pose"][places]),
        "pose_found": torch.from_numpy(predicted),
        "bones": torch.tensor(BONES, dtype=torch.int32),
    }
