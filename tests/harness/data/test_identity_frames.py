import numpy as np
import pytest

from harness.data.identity_frames import resized


def images(size: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 2, size, size), dtype=np.uint8)


@pytest.mark.parametrize(("old", "new"), [(64, 32), (96, 32)])
def test_to_a_whole_part_each_pixel_is_the_mean_of_a_square(old: int, new: int) -> None:
    by = old // new
    found = resized(images(old), new)
    for i, j in ((0, 0), (5, 9), (new - 1, new - 1)):
        square = images(old)[:, :, by * i : by * (i + 1), by * j : by * (j + 1)]
        np.testing.assert_array_equal(found[:, :, i, j], np.rint(square.mean((2, 3))))


def test_the_same_size_is_the_same_image() -> None:
    np.testing.assert_array_equal(resized(images(60), 60), images(60))


@pytest.mark.parametrize("new", [64, 32])
def test_between_pixels_a_ramp_stays_a_ramp(new: int) -> None:
    ramp = np.broadcast_to((4 * np.arange(60)).astype(np.uint8), (2, 3, 60, 60))
    found = resized(ramp, new)
    assert found.shape == (2, 3, new, new)
    places = (np.arange(new) + 0.5) * 60 / new - 0.5
    inner = slice(2, -2)  # at the border there is no further pixel to mix in
    # Half a grey level of rounding, and as much of Pillow's fixed point.
    assert np.abs(found[:, :, :, inner] - 4 * places[inner]).max() <= 1
