import numpy as np
import pytest

from harness.drawing.body import measures
from harness.drawing.skeleton import ANGLES, KEYPOINTS, joints

SIZES = measures(np.zeros((1, 10)))
BONES = {"thigh": ("hip", "knee"), "shin": ("knee", "ankle"), "upper_arm": ("shoulder", "elbow")}


def posed(**degrees: float) -> dict[str, np.ndarray]:
    angles = {name: np.zeros(1) for name in (*ANGLES, "yaw")}
    changed = {name: np.radians([value]) for name, value in degrees.items()}
    return {name: place[0] for name, place in joints(SIZES, {**angles, **changed}).items()}


def test_bones_keep_their_lengths_whatever_the_angles() -> None:
    draws = np.random.default_rng(0).uniform(-90, 90, 16)
    names = (*ANGLES, "yaw", *(f"{s}_{j}" for s in ("left", "right") for j in ("part", "fold")))
    at = posed(**dict(zip(names, draws, strict=True)))
    assert set(KEYPOINTS) < set(at)
    for name, (one, other) in BONES.items():
        for side in ("left", "right"):
            length = np.linalg.norm(at[f"{side}_{one}"] - at[f"{side}_{other}"])
            assert length == pytest.approx(SIZES[name][0])


def test_legs_are_parted_to_their_own_side_and_a_folded_forearm_stands_up() -> None:
    at = posed(left_part=30)
    away = at["left_ankle"] - at["left_hip"]
    assert away[0] == pytest.approx(np.tan(np.radians(30)) * away[1])
    assert at["right_ankle"][0] == at["right_hip"][0]
    at = posed(right_spread=90, right_fold=90)
    forearm = at["right_wrist"] - at["right_elbow"]
    np.testing.assert_allclose(forearm, [0, -SIZES["forearm"][0], 0], atol=1e-9)
    upper = at["right_elbow"] - at["right_shoulder"]
    np.testing.assert_allclose(upper, [-SIZES["upper_arm"][0], 0, 0], atol=1e-9)
