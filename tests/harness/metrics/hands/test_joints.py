"""Errors of joints and rotations: closed forms, and the definitions written out."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from harness.metrics.hands.joints import (
    THRESHOLDS,
    areas,
    degrees,
    distances,
    mean_over_images,
    nearest_rotation,
    pck,
    sum_9,
)

N, J = 50, 5


def some_errors() -> tuple[np.ndarray, np.ndarray]:
    """Errors between 0 and some 70 mm, and joints of which one is hidden in every image."""
    rng = np.random.default_rng(0)
    errors, counts = rng.gamma(3, 8, (N, J)), rng.random((N, J)) < 0.6
    counts[:, 3] = False
    return errors, counts


def test_thresholds_are_those_of_the_released_evaluation() -> None:
    assert len(THRESHOLDS) == 20
    assert THRESHOLDS[0] == 0
    assert THRESHOLDS[-1] == 50
    assert THRESHOLDS[8] == pytest.approx(21.05, abs=0.005), "where 20 to 50 mm begins"


def test_curve_and_areas_against_brute_force() -> None:
    errors, counts = some_errors()
    curve = []
    for threshold in THRESHOLDS:
        shares = []
        for joint in range(J):
            seen = [errors[i, joint] for i in range(N) if counts[i, joint]]
            if seen:
                shares.append(sum(error <= threshold for error in seen) / len(seen))
        curve.append(sum(shares) / len(shares))
    assert len(shares) == J - 1
    assert pck(errors, counts, THRESHOLDS) == pytest.approx(curve)
    found = areas(errors, counts)
    for name, first in (("0_50", 0), ("20_50", 8)):
        area = sum(
            (curve[k] + curve[k + 1]) / 2 * (THRESHOLDS[k + 1] - THRESHOLDS[k])
            for k in range(first, 19)
        )
        assert found[name] == pytest.approx(area / (50 - THRESHOLDS[first]))


def test_areas_of_constant_errors() -> None:
    """At 25 mm the curve rises between the thresholds 23.7 and 26.3, whose middle that is."""
    counts = np.ones((N, J), bool)
    expected = {0: (1, 1), 1000: (0, 0), 25: (0.5, 25 / (50 - THRESHOLDS[8]))}
    for error, both in expected.items():
        assert tuple(areas(np.full((N, J), float(error)), counts).values()) == pytest.approx(both)


def test_every_joint_counts_the_same_however_often_it_is_hidden() -> None:
    errors, counts = np.tile([0.0, 10.0], (N, 1)), np.ones((N, 2), bool)
    counts[1:, 1] = False
    assert mean_over_images(errors, counts).tolist() == [0, 10]
    assert pck(errors, counts, np.array([5.0])).tolist() == [0.5]


def test_distances_are_in_mm() -> None:
    true = np.zeros((2, 1, 3), np.float32)
    assert distances(true + np.array([3, 0, 4]), true, np.array([2.0, 30.0])).tolist() == [
        [10],
        [150],
    ]


def test_uniform_rotations_are_3_from_their_mean() -> None:
    """The scale of Table 4's column: 20,000 of them have a standard error of 0.01."""
    rotations = Rotation.random(20_000, random_state=0).as_matrix()
    mean = np.broadcast_to(rotations.mean(0), rotations.shape)
    assert sum_9(mean, rotations) == pytest.approx(3, abs=0.05)
    assert sum_9(1.1 * rotations, rotations) == pytest.approx(0.01 * 3)


def test_nearest_rotation() -> None:
    rng = np.random.default_rng(0)
    matrices = rng.normal(size=(20, 3, 3))
    found = nearest_rotation(matrices)
    assert np.linalg.det(found) == pytest.approx(np.ones(20))
    assert found @ found.transpose(0, 2, 1) == pytest.approx(np.tile(np.eye(3), (20, 1, 1)))
    assert (np.linalg.det(matrices) < 0).any(), "those that a reflection would be nearer to"
    rivals = Rotation.random(5000, random_state=1).as_matrix()
    for matrix, rotation in zip(matrices, found, strict=True):
        nearest = np.linalg.norm(rivals - matrix, axis=(1, 2)).min()
        assert np.linalg.norm(rotation - matrix) <= nearest
    rotations = rivals[:20]
    assert nearest_rotation(0.3 * rotations) == pytest.approx(rotations)


@pytest.mark.parametrize("angle", [0.0, 1e-6, 0.1, 90.0, 179.0, 180.0])
def test_degrees(angle: float) -> None:
    """Also of angles that the cosine, 1 - 1.5e-16, could not tell from 0."""
    true = Rotation.random(5, random_state=0)
    axis = np.array([2.0, -1.0, 2.0]) / 3
    turned = true * Rotation.from_rotvec(np.tile(np.radians(angle) * axis, (5, 1)))
    # At 180 degrees the sine is flat: its root loses half of the digits.
    found = degrees(turned.as_matrix(), true.as_matrix())
    assert found == pytest.approx(np.full(5, angle), abs=2e-6, rel=1e-6)
