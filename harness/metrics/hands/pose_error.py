"""How far a method's 3D poses, found in an image alone, are from the truth."""

from collections.abc import Container, Mapping

import numpy as np
import torch

from harness.data.dataset import Dataset
from harness.datasets.hands.canonical_pose import restore
from harness.errors import UserError
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import (
    AREA_LABELS,
    areas,
    distances,
    nearest_rotation,
    of_joints,
    pck,
)
from harness.metrics.metric import MetricKey, metric
from models.protocols import Predicts

AT = (20, 50)
"""mm, where the share of correct keypoints is reported: the ends of the published range."""


_SHARES = {
    "pck_20": "PCK at 20 mm",
    "pck_50": "PCK at 50 mm",
    **AREA_LABELS,
}


def _keys(pose: str, label: str) -> list[MetricKey]:
    """Return the numbers reported of one pose: the mean error, and shares of correct keypoints."""
    return [
        MetricKey(f"{pose}_error", f"{label} error", "lower", "mm", "[0, inf)", "0"),
        *(
            MetricKey(f"{pose}_{name}", f"{label} {share}", "higher", "", "[0, 1]", "1")
            for name, share in _SHARES.items()
        ),
    ]


@metric(
    needs=Predicts,
    of_factors=("known_unit",),
    of_modalities=("pose",),
    keys=[*_keys("pose", "pose"), *_keys("cpose", "CPose")],
)
def pose_error(method: Predicts, data: EvaluationData) -> dict[str, float]:
    """3D pose found in an image: mean error in mm, correct keypoints, area under their curve.

    Return the errors of the pose, and of the canonical pose where a method predicts that too.

    ``pose_error`` is the mean distance of a joint in mm, ``pose_pck_20`` and ``pose_pck_50`` the
    share of joints within so many mm, ``pose_auc_0_50`` and ``pose_auc_20_50`` the area under that
    share (see ``hands.joints``). Hidden joints do not count; each joint counts the
    same, the root joint too, whose place is known. A method that predicts canonical pose and
    viewpoint has the pose that these make, with the rotation nearest to the viewpoint.

    Raises:
        UserError: no joint is visible in any image.
    """
    found = predictions(method, data)
    dataset = data.dataset
    poses = {name: found[name] for name in ("cpose",) if name in found}
    if has_pose(found):
        poses = {"pose": pose_of(found, mirrored(dataset)), **poses}
    counts = visible(dataset)
    if not counts.any():
        raise UserError(
            f"The metric pose_error: no joint is visible in any of the {len(counts)} test images. "
            "Use more of them: scale.test_limit, dataset.n_test."
        )
    scores = {}
    for name, predicted in poses.items():
        errors = distances(predicted, dataset.test.modalities[name], unit_mm(dataset))
        scores[f"{name}_error"] = float(of_joints(errors, counts).mean())
        shares = pck(errors, counts, np.array(AT))
        scores |= {f"{name}_pck_{at}": float(s) for at, s in zip(AT, shares, strict=True)}
        scores |= {f"{name}_auc_{of}": area for of, area in areas(errors, counts).items()}
    return scores


def predictions(method: Predicts, data: EvaluationData) -> dict[str, np.ndarray]:
    """Return what a method finds in the test images, ``[N, ...]`` by modality."""
    found = [method.predict(batch["image"]) for batch in data.test_batches()]
    return {name: torch.cat([part[name] for part in found]).cpu().numpy() for name in found[0]}


def has_pose(found: Container[str]) -> bool:
    """Return whether :func:`pose_of` has what it needs."""
    return "pose" in found or ("cpose" in found and "viewpoint" in found)


def pose_of(found: Mapping[str, np.ndarray], mirrored: np.ndarray) -> np.ndarray:
    """Return the pose ``[N, J, 3]`` of what was found: as it is, or of its two parts.

    Args:
        found: ``pose``, or ``cpose`` ``[N, J, 3]`` and ``viewpoint`` ``[N, 3, 3]``.
        mirrored: ``[N]`` bool, hands whose canonical pose is a mirror image.
    """
    if "pose" in found:
        return found["pose"]
    root = np.zeros((len(mirrored), 3))
    return restore(found["cpose"], nearest_rotation(found["viewpoint"]), root, mirrored)


def mirrored(dataset: Dataset) -> np.ndarray:
    """Return whether each test image's hand is mirrored in the canonical frame, ``[N]`` bool."""
    test = dataset.test
    return test.factors.get("right", np.zeros(len(test))).astype(bool)


def unit_mm(dataset: Dataset) -> np.ndarray:
    """Return how many mm a unit of each test image's pose is, ``[N]``."""
    return dataset.test.factors[dataset.known_unit].astype(np.float64)


def visible(dataset: Dataset) -> np.ndarray:
    """Return which joints of the test images are visible, ``[N, J]`` bool; all if not known."""
    test = dataset.test
    joints = test.modalities["pose"].shape[1]
    names = [f"visible_{name}" for name in dataset.keypoints]
    if len(names) == joints and all(name in test.factors for name in names):
        return np.stack([test.factors[name] for name in names], 1).astype(bool)
    return np.ones((len(test), joints), bool)
