"""The 3D poses that a method predicts from test images, beside the true ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from harness.datasets.hands.canonical_pose import BONES
from harness.datasets.humans.joints import PARENTS
from harness.metrics.data import EvaluationData
from harness.metrics.hands.poses import has_pose, mirrored_hands, pose_from
from harness.metrics.poses.alignment import relative_to_hip
from harness.metrics.poses.reprojection import places_of
from harness.metrics.poses.skeletons import joints_of, seventeen_of
from harness.metrics.predictions import Predicted, some_rows
from models.method import Method
from models.protocols import Predicts

LIMBS = [(parent, joint) for joint, parent in enumerate(PARENTS) if parent >= 0]
"""The bones of a person: the joints at their ends."""

JOINTS_OF_PEOPLE = (17, 32)


def skeletons(
    method: Method, data: EvaluationData, images: Tensor, places: np.ndarray
) -> dict[str, Tensor]:
    """Return poses relative to the root: x right, y down, z away.

    ``pose_true`` and ``pose_found`` ``[n, J, 3]``, of a hand in units of a bone's length and of a
    person in those of the dataset, and ``bones`` ``[b, 2]``, the joints at the ends of each bone.
    Of people also ``places_true`` and ``places_found`` ``[n, J, 2]``, where the joints are in the
    image, from 0 at its left and at its top to 1. Nothing if the images have no poses or the method
    predicts none.

    Args:
        method: the trained method.
        data: the test images.
        images: ``[n, C, H, W]``, some of them.
        places: ``[n]``, their indices.
    """
    known = data.dataset.test.modalities
    if not isinstance(method, Predicts) or not {"pose", "joints_3d"} & known.keys():
        return {}
    found = {name: array.cpu().numpy() for name, array in method.predict(images).items()}
    if "pose" not in known:
        return _people(Predicted(found, some_rows(data.dataset.test, places)))
    if not has_pose(found):
        return {}
    pose = pose_from(found, mirrored_hands(data.dataset)[places])
    return _arrays(known["pose"][places], pose, BONES)


def seen_from_the_front(modalities: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return the joints of people that are predicted or known, ``[N, 17, 3]``; None if none are.

    They are relative to the hip: right, down and away, as poses of hands are.
    """
    joints = joints_of(modalities)
    if joints is None:
        return None
    return np.asarray(relative_to_hip(joints) * np.array([1, 1, -1]))


def _people(predicted: Predicted) -> dict[str, Tensor]:
    known = predicted.split.modalities
    true, found = seen_from_the_front(known), seen_from_the_front(predicted.modalities)
    if true is None or found is None:
        return {}
    arrays = _arrays(true, found, LIMBS)
    if "joints_2d" in known:
        at = seventeen_of(known["joints_2d"])
        for name, places in (("places_true", at), ("places_found", places_of(predicted, at))):
            if places is not None:
                arrays[name] = torch.tensor((places + 1) / 2, dtype=torch.float32)
    return arrays


def _arrays(true: np.ndarray, found: np.ndarray, bones: object) -> dict[str, Tensor]:
    return {
        "pose_true": torch.from_numpy(true.astype(np.float32)),
        "pose_found": torch.from_numpy(found.astype(np.float32)),
        "bones": torch.tensor(bones, dtype=torch.int32),
    }
