"""Frames around restored images that changed their class."""

import numpy as np

from reports.pictures.restorations import OUTLINE, outlined


def test_marked_images_are_framed_and_others_stay() -> None:
    images = np.full((3, 1, 28, 28), 128, np.uint8)
    found = outlined(images, np.array([False, True, False]))
    assert found.shape == (3, 3, 28, 28)
    np.testing.assert_allclose(found[[0, 2]], 128 / 255)
    np.testing.assert_allclose(found[1, :, 0, 0], OUTLINE)
    np.testing.assert_allclose(found[1, :, 14, 27], OUTLINE)
    np.testing.assert_allclose(found[1, :, 1:27, 1:27], 128 / 255)
    colour = np.random.default_rng(0).random((2, 3, 40, 40))
    framed = outlined(colour, np.array([True, False]))
    np.testing.assert_allclose(framed[1], colour[1])
    assert (framed[0, :, :2] == np.array(OUTLINE)[:, None, None]).all()


def test_without_marks_nothing_changes() -> None:
    images = np.zeros((2, 1, 8, 8), np.uint8)
    assert outlined(images, np.zeros(2, bool)) is images
