"""Galleries and grids of swaps: what shows nothing is left out, and named."""

from collections.abc import Mapping

import numpy as np

from reports.layout.grid import Grid, lay_out
from reports.layout.profiles import profiles
from reports.pictures.gallery import FLAT, SHOWN, best_trials, gallery, is_flat
from reports.pictures.swaps import swap_grids
from tests.reports.helpers.synthetic import TRANSFORMS, results

SOME = np.random.default_rng(0).integers(0, 256, (4, 3, 8, 8)).astype(np.uint8)
GREY = np.full((4, 3, 8, 8), 130, np.uint8)


def grid() -> Grid:
    return lay_out(results())


def arrays_of(laid: Grid, blank: str) -> Mapping[str, Mapping[str, np.ndarray]]:
    """Return the arrays of each group's best trial, those of one group being grey."""
    kept = {}
    for cell, trial, _ in best_trials(lambda _: {}, laid, profiles(laid)):
        made = GREY if cell.group == blank else SOME
        ends = {"swap_pose": SOME[:2], "swap_appearance": SOME[2:]}
        arrays = {"test_images": SOME, "reconstructions": made, "swaps": made, **ends}
        kept[trial] = {**arrays, "shown_by_pose": GREY}
    return kept


def test_pictures_are_flat_if_every_channel_has_one_value() -> None:
    red = np.zeros((2, 3, 4, 4), np.float32)
    red[:, 0] = 1
    assert is_flat(red)
    assert is_flat(GREY)
    assert not is_flat(SOME)
    red[1, 0, 2, 2] -= 2 * FLAT
    assert not is_flat(red), "one pixel of one image"


def test_a_group_whose_pictures_are_of_one_colour_is_left_out_and_named() -> None:
    laid, blank = grid(), TRANSFORMS[1]
    kept = arrays_of(laid, blank)
    for drawn in (
        gallery(kept.__getitem__, laid, profiles(laid)),
        swap_grids(kept.__getitem__, laid, profiles(laid)),
    ):
        assert drawn is not None
        assert drawn.data["group"].tolist() == [g for g in TRANSFORMS if g != blank]
        assert f"being of one colour alone: {blank}." in drawn.caption


def test_a_code_that_alone_shows_nothing_is_drawn() -> None:
    laid = grid()
    kept = arrays_of(laid, "")
    drawn = gallery(kept.__getitem__, laid, profiles(laid), SHOWN)
    assert drawn is not None
    assert drawn.data["group"].tolist() == list(TRANSFORMS)


def test_where_all_have_pictures_nothing_is_said_of_it() -> None:
    laid = grid()
    kept = arrays_of(laid, "")
    drawn = gallery(kept.__getitem__, laid, profiles(laid))
    assert drawn is not None
    assert drawn.data["group"].tolist() == list(TRANSFORMS)
    assert "one colour" not in drawn.caption
