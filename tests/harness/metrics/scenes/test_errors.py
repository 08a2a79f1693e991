"""Errors of depth, motion and flow that are known by hand."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from harness.metrics.scenes.errors import (
    abs_rel,
    end_point_errors,
    log_rmse,
    median_aligned,
    rotation_degrees,
    translation_degrees,
    translation_relative,
)


def motion(turn: tuple[float, float, float], step: tuple[float, float, float]) -> np.ndarray:
    rotation = Rotation.from_euler("xyz", turn, degrees=True).as_matrix()
    return np.concatenate([rotation.ravel(), step])[None]


def test_depths_that_are_a_fifth_too_large() -> None:
    true = np.random.default_rng(0).uniform(2, 40, (3, 1, 4, 5))
    np.testing.assert_allclose(abs_rel(1.2 * true, true), 0.2)
    np.testing.assert_allclose(log_rmse(1.2 * true, true), np.log(1.2))
    aligned = median_aligned(1.2 * true, true)
    np.testing.assert_allclose(aligned, true)


def test_alignment_leaves_errors_of_shape() -> None:
    true = np.ones((1, 1, 1, 4))
    depth = np.array([2.0, 2, 2, 6]).reshape(1, 1, 1, 4)
    np.testing.assert_allclose(abs_rel(median_aligned(depth, true), true), 0.5)


@pytest.mark.parametrize("angle", [0.0, 1e-5, 0.5, 30.0, 180.0])
def test_rotations_differ_by_their_angle(angle: float) -> None:
    np.testing.assert_allclose(
        rotation_degrees(motion((angle, 0, 0), (0, 0, 1)), motion((0, 0, 0), (0, 0, 1))),
        angle,
        atol=1e-9,
    )


def test_translations_differ_by_angle_and_length() -> None:
    true = motion((0, 0, 0), (0.0, 0.0, -2.0))
    aside = motion((0, 0, 0), (3.0, 0.0, 0.0))
    np.testing.assert_allclose(translation_degrees(aside, true), 90)
    np.testing.assert_allclose(translation_relative(aside, true), np.sqrt(13) / 2)
    none = motion((0, 0, 0), (0.0, 0.0, 0.0))
    np.testing.assert_allclose(translation_degrees(none, true), 90)
    np.testing.assert_allclose(translation_relative(none, true), 1)
    np.testing.assert_allclose(translation_degrees(-true, true), 180)


def test_end_point_errors_are_distances() -> None:
    off = np.zeros((1, 2, 2, 2))
    off[0, :, 0, 1] = 3, 4
    np.testing.assert_allclose(end_point_errors(off, 0 * off), [[[0, 5], [0, 0]]])
