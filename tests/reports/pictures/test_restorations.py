"""Galleries of restored images, and frames around those that changed their class."""

import numpy as np

from reports.layout.grid import lay_out
from reports.layout.profiles import profiles
from reports.pictures.restorations import OUTLINE, outlined, restorations
from reports.pictures.sections import exchanges
from tests.reports.helpers.synthetic import TRANSFORMS, results
from tests.reports.pictures.test_sections import kept


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


def test_what_is_seen_is_shown_once_and_recovered_inputs_where_they_differ() -> None:
    laid = lay_out(results())
    seen = np.zeros((3, 3, 4, 4), np.uint8)
    restored = np.full((3, 3, 8, 8), 90, np.uint8)
    same = kept(observed=seen, restored=restored, recovered=seen)
    figure = restorations(lambda _: same, laid, profiles(laid))
    assert figure is not None
    assert figure.svg.count("<image") == 2 + len(TRANSFORMS)
    assert "Outlined" not in figure.caption
    other = {**same, "recovered": seen + 100, "class_changed": np.float32([1, 0, 1])}
    figure = restorations(lambda _: other, laid, profiles(laid))
    assert figure is not None
    assert figure.svg.count("<image") == 2 + 2 * len(TRANSFORMS)
    assert "Outlined" in figure.caption
    assert figure.data["outlined"].tolist() == [2] * len(TRANSFORMS)
    assert restorations(lambda _: kept(), laid, profiles(laid)) is None
    titles = [s.title for s in exchanges(lambda _: other, laid, profiles(laid))]
    assert "Restored images" in titles
