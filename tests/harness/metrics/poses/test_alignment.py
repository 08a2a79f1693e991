"""Errors of skeletons: closed forms, what alignment undoes, and a search by brute force."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from harness.metrics.poses.alignment import (
    aligned,
    fitted_camera,
    joint_errors,
    projected,
    relative_to_hip,
)

rng = np.random.default_rng(0)
POSES = 300 * rng.normal(size=(6, 17, 3))


def pa(predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """The mean error after alignment, ``[N]``."""
    return np.asarray(joint_errors(aligned(predicted, true), true).mean(1))


def test_what_is_turned_scaled_and_moved_is_matched_exactly() -> None:
    turn = Rotation.random(6, rng=1).as_matrix()
    moved = 0.3 * POSES @ turn + rng.normal(size=(6, 1, 3))
    assert pa(moved, POSES).max() < 1e-10
    assert joint_errors(relative_to_hip(moved), relative_to_hip(POSES)).mean() > 100


def test_a_mirrored_skeleton_is_not_matched() -> None:
    mirrored = POSES * np.array([-1, 1, 1])
    assert pa(mirrored, POSES).min() > 100
    flat = POSES * np.array([1, 1, 0])  # which is its own mirror image, turned over
    assert pa(flat * np.array([-1, 1, 1]), flat).max() < 1e-10


@pytest.mark.parametrize("row", range(3))
def test_no_rotation_scale_and_shift_does_better(row: int) -> None:
    here, there = POSES[row], POSES[row + 3]

    def left_over(x: np.ndarray) -> float:
        turned = np.exp(x[3]) * here @ Rotation.from_rotvec(x[:3]).as_matrix() + x[4:]
        return float(np.square((turned - there) / 300).sum())

    starts = [np.r_[Rotation.random(rng=seed).as_rotvec(), 0, 0, 0, 0] for seed in range(12)]
    best = min(minimize(left_over, start).fun for start in starts)
    ours = np.square((aligned(here[None], there[None])[0] - there) / 300).sum()
    assert ours == pytest.approx(best, rel=1e-6)


def test_the_hip_counts() -> None:
    """All joints but the hip right: half a unit of 17 for each, once aligned the hip is off too."""
    off = POSES.copy()
    off[:, 0] += 170
    errors = joint_errors(aligned(off, POSES), POSES)
    assert (errors[:, 0] > 0).all()
    plain = joint_errors(relative_to_hip(off), relative_to_hip(POSES))
    assert plain[:, 0].max() == 0
    np.testing.assert_allclose(plain[:, 1:], np.sqrt(3) * 170)


def test_a_common_shift_changes_nothing() -> None:
    there = relative_to_hip(POSES)
    np.testing.assert_allclose(relative_to_hip(POSES + 40), there, atol=1e-9)
    other = POSES[::-1]
    np.testing.assert_allclose(pa(other + 40, POSES), pa(other, POSES))


def test_joints_at_one_place_are_put_in_the_middle() -> None:
    placed = aligned(np.ones((6, 17, 3)), POSES)
    np.testing.assert_allclose(placed, np.broadcast_to(POSES.mean(1, keepdims=True), placed.shape))
    np.testing.assert_array_equal(fitted_camera(np.ones((6, 17, 3)), POSES[..., :2])[:, 0], 0)


def test_the_camera_of_projected_joints_is_found_again() -> None:
    cameras = rng.uniform(0.1, 2, (6, 3))
    at = projected(POSES, cameras)
    np.testing.assert_allclose(at[2, 5], cameras[2, 0] * POSES[2, 5, :2] + cameras[2, 1:])
    np.testing.assert_allclose(fitted_camera(POSES, at), cameras)
