"""Walks between images and skeletons: what is drawn of what a trial kept."""

from collections.abc import Mapping

import numpy as np
import pytest

from reports.layout.grid import Grid, lay_out
from reports.layout.profiles import profiles
from reports.page.figure import COLOURS, Figure
from reports.pictures.between import MOST_GROUPS, between
from reports.pictures.sections import exchanges
from reports.pictures.skeletons import TRUTH, skeletons
from tests.reports.helpers.synthetic import TRANSFORMS, results

BONES = np.array([[0, 2], [2, 1], [0, 4], [4, 3]], np.int32)
"""Two chains of two bones."""


def kept(**more: np.ndarray) -> Mapping[str, np.ndarray]:
    """Pictures of 2 walks of 5 steps of two parts, and poses of 5 joints of 3 test images."""
    pose = np.random.default_rng(0).normal(size=(3, 5, 3)).astype(np.float32)
    walk = np.zeros((2, 5, 3, 8, 8), np.uint8)
    arrays = {"between_pose": walk, "between_viewpoint": walk}
    return {
        "test_images": np.zeros((3, 3, 8, 8), np.uint8),
        **arrays,
        "pose_true": pose,
        "pose_found": pose + 1,
        "bones": BONES,
        **more,
    }


def grid() -> Grid:
    return lay_out(results())


def walks(**more: np.ndarray) -> Figure:
    """Draw the walks of one group alone."""
    laid = grid()
    group, profile = next(iter(profiles(laid).items()))
    (figure,) = between(lambda _: kept(**more), laid, {group: profile})
    return figure


def test_there_is_a_figure_of_each_of_the_best_groups() -> None:
    laid = grid()
    figures = between(lambda _: kept(), laid, profiles(laid))
    assert len(figures) == min(MOST_GROUPS, len(TRANSFORMS))
    means = {cell.group: cell.mean.value for p in profiles(laid).values() if (cell := p.best)}
    best_first = sorted(means, key=means.__getitem__, reverse=laid.outcome.sign > 0)
    assert [f.data["group"].item() for f in figures] == best_first[:MOST_GROUPS]
    assert "3D poses" not in figures[0].caption, "none were kept along the walks"
    assert figures[0].data["parts"].item() == "pose and viewpoint"


def test_a_group_without_walks_takes_no_others_place(monkeypatch: pytest.MonkeyPatch) -> None:
    laid = grid()
    best = str(between(lambda _: kept(), laid, profiles(laid))[0].data["group"].item())
    of_best = set(laid.rows.loc[laid.rows["group"] == best, "trial_id"])
    monkeypatch.setattr("reports.pictures.between.MOST_GROUPS", 2)
    figures = between(lambda trial: {} if trial in of_best else kept(), laid, profiles(laid))
    assert [figure.name for figure in figures] == ["between0", "between1"]
    assert best not in [figure.data["group"].item() for figure in figures]


def test_poses_along_a_walk_are_drawn_below_it() -> None:
    poses = np.ones((2, 5, 5, 3), np.float32)
    alone, both = walks(), walks(poses_between_pose=poses, poses_between_viewpoint=poses)
    assert "3D poses" in both.caption
    # 2 walks of each of 2 parts have 5 skeletons of 2 bones in each chain's colour.
    assert both.svg.count(COLOURS[1].lower()) - alone.svg.count(COLOURS[1].lower()) == 40


def test_the_images_at_the_ends_of_a_walk_are_drawn_beside_it() -> None:
    alone, beside = walks(), walks(ends_between=np.zeros((2, 2, 3, 8, 8), np.uint8))
    # 2 walks of each of 2 parts are a strip and two ends.
    assert alone.svg.count("<image ") == 4
    assert beside.svg.count("<image ") == 12
    assert beside.data["parts"].item() == "pose and viewpoint", "ends are no part of the code"
    assert "Outermost" in beside.caption
    assert "Outermost" not in alone.caption


def test_found_poses_are_drawn_over_true_ones() -> None:
    laid = grid()
    figure = skeletons(lambda _: kept(), laid, profiles(laid))
    assert figure is not None
    assert figure.data["group"].tolist() == list(TRANSFORMS)
    of_each = len(TRANSFORMS) * 3  # groups and test images
    grey = round(float(TRUTH) * 255)
    assert figure.svg.count(f"stroke: #{grey:02x}{grey:02x}{grey:02x}") == 4 * of_each
    for colour in COLOURS[:2]:
        assert figure.svg.count(f"stroke: {colour.lower()}") == 2 * of_each


def test_without_such_arrays_there_is_no_section() -> None:
    laid = grid()
    assert exchanges(lambda _: {}, laid, profiles(laid)) == []
