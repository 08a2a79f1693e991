"""Which camera a method's joints are seen by, where they are scored in the image."""

import numpy as np

from harness.data.dataset import Split
from harness.metrics.poses.reprojection import places_of
from harness.metrics.predictions import Predicted

RNG = np.random.default_rng(0)
JOINTS, TRUE, SEEN = RNG.normal(size=(2, 17, 3)), RNG.normal(size=(2, 17, 2)), np.ones((2, 17, 2))


def placed(**found: np.ndarray) -> np.ndarray:
    predicted = Predicted({"joints_3d": JOINTS, **found}, Split(np.zeros((2, 3, 8, 8), np.uint8)))
    at = places_of(predicted, TRUE)
    assert at is not None
    return at


def test_a_predicted_pinhole_camera_sees_the_joints_itself() -> None:
    np.testing.assert_array_equal(placed(joints_2d=SEEN, pinhole=np.zeros((2, 13))), SEEN)


def test_a_predicted_weak_camera_projects_them() -> None:
    camera = np.array([[2.0, 0.5, -1.0]] * 2)
    expected = 2 * JOINTS[..., :2] + [0.5, -1.0]
    np.testing.assert_allclose(placed(weak_camera=camera), expected)


def test_without_a_camera_the_one_that_fits_best_is_taken() -> None:
    at = placed(joints_2d=SEEN)
    assert np.square(at - TRUE).sum() <= np.square(TRUE - TRUE.mean(1, keepdims=True)).sum()
