"""Errors of the 3D poses that a method predicts from an image alone."""

import numpy as np

from harness.errors import UserError
from harness.metrics.data import EvaluationData
from harness.metrics.hands.joints import AREA_LABELS, areas, distances, mean_over_images, pck
from harness.metrics.hands.poses import (
    has_pose,
    mirrored_hands,
    pose_from,
    predicted_modalities,
    unit_mm,
    visible_joints,
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
    """3D pose predicted from an image: mean error in mm, correct keypoints, area under their curve.

    ``pose_error`` is the mean distance of a joint in mm; ``pose_pck_20`` and ``pose_pck_50`` are
    the shares of joints within 20 and 50 mm; ``pose_auc_0_50`` and ``pose_auc_20_50`` the areas
    under the curve of that share (see :mod:`harness.metrics.hands.joints`). The same five numbers
    of the canonical pose, ``cpose_...``, are of methods that predict it.

    Hidden joints are left out. Joints have equal weight, the root joint too, whose place is known.
    Of a method that predicts canonical pose and viewpoint, the pose is the one that these compose.

    Raises:
        UserError: no joint is visible in any image.
    """
    predicted = predicted_modalities(method, data)
    dataset = data.dataset
    poses = {name: predicted[name] for name in ("cpose",) if name in predicted}
    if has_pose(predicted):
        poses = {"pose": pose_from(predicted, mirrored_hands(dataset)), **poses}
    visible = visible_joints(dataset)
    if not visible.any():
        raise UserError(
            f"The metric pose_error: no joint is visible in any of the {len(visible)} test images. "
            "Use more of them: scale.test_limit, dataset.n_test."
        )
    scores = {}
    for name, pose in poses.items():
        errors = distances(pose, dataset.test.modalities[name], unit_mm(dataset))
        scores[f"{name}_error"] = float(mean_over_images(errors, visible).mean())
        shares = pck(errors, visible, np.array(AT))
        scores |= {f"{name}_pck_{at}": float(s) for at, s in zip(AT, shares, strict=True)}
        scores |= {f"{name}_auc_{mm}": area for mm, area in areas(errors, visible).items()}
    return scores
