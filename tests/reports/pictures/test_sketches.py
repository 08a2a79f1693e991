"""Sketches as strokes, and skeletons drawn over the images."""

import numpy as np

from reports.layout.grid import Grid, lay_out
from reports.layout.profiles import profiles
from reports.pictures.sections import exchanges
from reports.pictures.skeletons import chain_colours, skeletons
from reports.pictures.sketches import THRESHOLD, sketches, stroked
from tests.reports.helpers.synthetic import TRANSFORMS, results
from tests.reports.pictures.test_sections import kept, walks

MAPS = np.full((3, 1, 8, 8), 200, np.uint8)


def grid() -> Grid:
    return lay_out(results())


def test_strokes_are_black_where_the_distance_is_small() -> None:
    maps = np.array([0, 0.25, 0.26, 1])[None, None, None]
    assert stroked(maps).ravel().tolist() == [0, 0, 1, 1]
    bytes_of = np.array([0, 63, 64, 255], np.uint8)[None, None, None]
    assert stroked(bytes_of).ravel().tolist() == [0, 0, 1, 1]
    assert THRESHOLD == 0.25


def test_each_group_has_its_distances_and_its_strokes() -> None:
    laid = grid()
    arrays = kept(sketch_true=MAPS, sketch_found=MAPS)
    figure = sketches(lambda _: arrays, laid, profiles(laid))
    assert figure is not None
    assert len(figure.data) == len(TRANSFORMS)
    assert figure.svg.count("<image") == 2 + 2 * len(TRANSFORMS)
    assert sketches(lambda _: kept(), laid, profiles(laid)) is None
    titles = [s.title for s in exchanges(lambda _: arrays, laid, profiles(laid))]
    assert titles == ["Parts of the code exchanged", "Sketches", "Poses in three dimensions"]


def test_sketches_along_a_walk_are_drawn_below_it() -> None:
    walk = np.zeros((2, 5, 1, 8, 8), np.uint8)
    alone, both = walks(), walks(sketches_between_pose=walk, sketches_between_viewpoint=walk)
    assert both.svg.count("<image") == 2 * alone.svg.count("<image")
    assert "strokes of the sketches" in both.caption


def test_a_walk_without_any_stroke_has_no_row_for_it() -> None:
    blank = np.full((2, 5, 1, 8, 8), 200, np.uint8)
    alone, both = walks(), walks(sketches_between_pose=blank, sketches_between_viewpoint=blank)
    assert both.svg.count("<image") == alone.svg.count("<image")
    assert "have no strokes" in both.caption


def test_people_are_drawn_over_their_images() -> None:
    laid, places = grid(), np.random.default_rng(0).random((3, 5, 2))
    alone = skeletons(lambda _: kept(), laid, profiles(laid))
    over = skeletons(lambda _: kept(places_true=places, places_found=places), laid, profiles(laid))
    assert alone is not None
    assert over is not None
    drawn = over.svg.count("<image") - alone.svg.count("<image")
    assert drawn == 3 * len(TRANSFORMS)
    assert "drawn over these" in over.caption


def test_a_chain_of_bones_has_one_colour_and_begins_where_none_ends() -> None:
    """Both legs, the spine, and an arm from the spine's second joint."""
    bones = np.array([[0, 1], [1, 2], [0, 3], [3, 4], [0, 5], [5, 6], [6, 7], [6, 8], [8, 9]])
    colours = chain_colours(bones)
    assert [colours.index(colour) for colour in colours] == [0, 0, 2, 2, 4, 4, 4, 7, 7]
