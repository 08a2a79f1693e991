"""The squares that hand3d cuts out, against its rules taken one by one."""

import numpy as np
import pytest

from harness.datasets.hands.crops import in_square, squares_around

RNG = np.random.default_rng(0)
SIZE = 640, 480


def square(at: np.ndarray, seen: np.ndarray, size: tuple[int, int]) -> list[float]:
    """Follow the published rules for one hand, with all four of their bounds."""
    x, y = at[12]
    if not seen.any():
        largest = 200.0
    else:
        shown = at[seen]
        low = [max(0.0, shown[:, axis].min()) for axis in (0, 1)]
        high = [min(size[axis], shown[:, axis].max()) for axis in (0, 1)]
        best = 2 * max(high[0] - x, x - low[0], high[1] - y, y - low[1])
        largest = min(max(best, 50.0), 500.0)
    scale = min(max(256 / largest, 1.0), 10.0)
    return [x, y, 256 / scale]


@pytest.mark.parametrize("spread", [3, 40, 110, 300])
def test_squares_are_those_of_the_published_rules(spread: int) -> None:
    at = RNG.uniform(20, 460, (200, 1, 2)) + RNG.normal(0, spread, (200, 21, 2))
    seen = RNG.random((200, 21)) < RNG.choice([0.0, 0.1, 0.9], (200, 1))
    expected = [square(*hand, SIZE) for hand in zip(at, seen, strict=True)]
    np.testing.assert_allclose(squares_around(at, seen, SIZE), expected, rtol=1e-12)


def test_sides_are_bounded() -> None:
    at = np.full((3, 21, 2), 200.0)
    at[1, 0], at[2, 0] = (190, 270), (450, 200)
    sides = squares_around(at, np.ones((3, 21), bool), SIZE)[:, 2]
    np.testing.assert_array_equal(sides, [50, 140, 256])


def test_a_hidden_joint_does_not_widen_the_square() -> None:
    at = np.full((1, 21, 2), 200.0)
    at[0, 0], at[0, 1] = (250, 200), (300, 200)
    seen = np.ones((1, 21), bool)
    assert squares_around(at, seen, SIZE)[0, 2] == 200
    seen[0, 1] = False
    assert squares_around(at, seen, SIZE)[0, 2] == 100


@pytest.mark.parametrize("downscale", [1, 2, 4])
def test_corners_and_centre_of_a_square(downscale: int) -> None:
    squares = np.array([[100.0, 80.0, 64.0]])
    points = np.array([[[100, 80], [68, 48], [132, 112]]])
    n = 256 // downscale
    expected = [[n / 2 - 0.5] * 2, [-0.5] * 2, [n - 0.5] * 2]
    np.testing.assert_allclose(in_square(points, squares, downscale)[0], expected)
