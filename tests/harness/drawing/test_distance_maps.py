"""Distance maps: the least Euclidean distance to a stroke, by brute force."""

import numpy as np

from harness.drawing.distance_maps import CLIP, distance_map


def brute_force(strokes: np.ndarray) -> np.ndarray:
    """The definition: each pixel's distance to all strokes' pixels, the least, clipped."""
    at = np.argwhere(strokes)
    every = np.indices(strokes.shape).reshape(2, -1).T
    least = np.sqrt(np.square(every[:, None] - at).sum(2)).min(1).reshape(strokes.shape)
    return np.asarray(np.minimum(least / (CLIP * strokes.shape[1]), 1))


def test_the_map_of_a_single_pixel_is_the_euclidean_distance_from_it() -> None:
    strokes = np.zeros((1, 40, 50), np.uint8)
    strokes[0, 12, 30] = 255
    rows, columns = np.indices((40, 50))
    expected = np.minimum(np.hypot(rows - 12, columns - 30) / 5, 1)
    np.testing.assert_allclose(distance_map(strokes)[0], expected, atol=1e-6)


def test_a_map_is_the_least_distance_to_any_stroke() -> None:
    strokes = (np.random.default_rng(1).random((2, 1, 30, 20)) < 0.02).astype(np.uint8)
    maps = distance_map(strokes)
    assert maps.dtype == np.float32
    assert maps.shape == strokes.shape
    for one, drawn in zip(maps[:, 0], strokes[:, 0], strict=True):
        np.testing.assert_allclose(one, brute_force(drawn), atol=1e-6)


def test_nothing_is_near_where_nothing_is_drawn() -> None:
    assert (distance_map(np.zeros((1, 8, 8), np.uint8)) == 1).all()
