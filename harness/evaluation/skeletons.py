"""The 3D poses that a method predicts from test images, beside the true ones."""

import numpy as np
import torch
from torch import Tensor

from harness.datasets.hands.canonical_pose import BONES
from harness.metrics.data import EvaluationData
from harness.metrics.hands.poses import has_pose, mirrored_hands, pose_from
from models.method import Method
from models.protocols import Predicts


def skeletons(
    method: Method, data: EvaluationData, images: Tensor, places: np.ndarray
) -> dict[str, Tensor]:
    """Return poses in units of a bone's length, relative to the root: x right, y down, z away.

    ``pose_true`` and ``pose_found`` ``[n, J, 3]``, and ``bones`` ``[b, 2]``, the joints at the ends
    of each bone. Nothing if the images have no poses or the method predicts none.

    Args:
        method: the trained method.
        data: the test images.
        images: ``[n, C, H, W]``, some of them.
        places: ``[n]``, their indices.
    """
    poses = data.dataset.test.modalities
    if not isinstance(method, Predicts) or "pose" not in poses:
        return {}
    predicted = {name: array.cpu().numpy() for name, array in method.predict(images).items()}
    if not has_pose(predicted):
        return {}
    pose = pose_from(predicted, mirrored_hands(data.dataset)[places]).astype(np.float32)
    return {
        "pose_true": torch.from_numpy(poses["pose"][places]),
        "pose_found": torch.from_numpy(pose),
        "bones": torch.tensor(BONES, dtype=torch.int32),
    }
