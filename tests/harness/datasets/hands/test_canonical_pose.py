"""Canonical poses: what they keep, what they leave out, and the way back."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from harness.datasets.hands.canonical_pose import (
    LITTLE_BASE,
    MIDDLE_BASE,
    canonicalise,
    normalise,
    restore,
)

N = 50
RNG = np.random.default_rng(0)
JOINTS = RNG.normal(size=(N, 21, 3))
RIGHT = RNG.random(N) < 0.5
LEFT = np.zeros(N, dtype=bool)


def test_the_frame() -> None:
    canonical, viewpoint, _ = canonicalise(JOINTS, LEFT)
    span = np.linalg.norm(JOINTS[:, MIDDLE_BASE] - JOINTS[:, 0], axis=1)
    expected = np.stack([0 * span, -span, 0 * span], 1)
    np.testing.assert_allclose(canonical[:, MIDDLE_BASE], expected, atol=1e-12)
    np.testing.assert_allclose(canonical[:, LITTLE_BASE, 2], 0, atol=1e-12)
    assert (canonical[:, LITTLE_BASE, 0] > 0).all()
    np.testing.assert_allclose(canonical[:, 0], 0)
    np.testing.assert_allclose(np.linalg.det(viewpoint), 1)
    np.testing.assert_allclose(
        viewpoint @ viewpoint.swapaxes(1, 2), np.broadcast_to(np.eye(3), (N, 3, 3)), atol=1e-12
    )


def test_rotation_and_translation_change_the_viewpoint_alone() -> None:
    turned = JOINTS @ Rotation.random(N, random_state=1).as_matrix()
    moved = turned + RNG.normal(size=(N, 1, 3))
    canonical, viewpoint, _ = canonicalise(JOINTS, RIGHT)
    again, other, _ = canonicalise(moved, RIGHT)
    np.testing.assert_allclose(again, canonical, atol=1e-12)
    assert np.abs(other - viewpoint).max() > 0.1


def test_nothing_is_lost() -> None:
    parts = canonicalise(JOINTS, RIGHT)
    np.testing.assert_allclose(restore(*parts, RIGHT), JOINTS, atol=1e-12)
    left, viewpoint, root = canonicalise(JOINTS, LEFT)
    np.testing.assert_allclose(left @ viewpoint + root[:, None], JOINTS, atol=1e-12)


def test_a_right_hand_has_the_canonical_pose_of_its_mirror_image() -> None:
    mirror = JOINTS * [1, 1, -1]
    canonical, _, _ = canonicalise(JOINTS, ~LEFT)
    np.testing.assert_allclose(canonical, canonicalise(mirror, LEFT)[0], atol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 0.02])
def test_normalised_joints_have_no_place_and_no_scale(scale: float) -> None:
    pose, bone = normalise(scale * JOINTS + 3)
    same, unit = normalise(JOINTS)
    np.testing.assert_allclose(pose, same, atol=1e-9)
    np.testing.assert_allclose(bone, scale * unit)
    np.testing.assert_allclose(np.linalg.norm(pose[:, 11] - pose[:, 12], axis=1), 1)
    np.testing.assert_allclose(pose[:, 0], 0)
