"""Walks from one test image to another, of which a single part of the code changes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas
from matplotlib.gridspec import SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import WIDTH, Figure, style
from reports.page.svg import to_svg
from reports.page.text import words
from reports.pictures.gallery import Artifact, best_trials, show, side_by_side
from reports.pictures.skeletons import draw_skeleton, frame, walked
from reports.pictures.sketches import stroked

PREFIX = "between_"
ENDS = "ends_between"
"""The array of the images that the walks lead from and to."""
SKETCHES = "sketches_between_"
MOST_GROUPS = 3
"""Most groups shown, the best ones of those that have walks."""


def between(artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]) -> list[Figure]:
    """Return figures of the best groups' best trials: a strip for each part and pair of images."""
    ranked = sorted(
        best_trials(artifact, grid, group_profiles),
        key=lambda best: -grid.outcome.sign * best[0].mean.value,
    )
    walks = [
        (cell.group, trial, arrays, parts)
        for cell, trial, arrays in ranked
        if (parts := _parts_of(arrays))
    ]
    return [_figure(f"between{place}", *walk) for place, walk in enumerate(walks[:MOST_GROUPS])]


def _parts_of(arrays: Mapping[str, np.ndarray]) -> list[str]:
    return [name.removeprefix(PREFIX) for name in sorted(arrays) if name.startswith(PREFIX)]


def _figure(
    name: str, group: str, trial: str, arrays: Mapping[str, np.ndarray], parts: list[str]
) -> Figure:
    steps = {part: arrays[PREFIX + part] for part in parts}
    n_pairs, n_steps = steps[parts[0]].shape[:2]
    ends = arrays.get(ENDS, [()] * n_pairs)
    posed = walked(arrays, parts[0]) is not None
    sketched = all(SKETCHES + part in arrays for part in parts)
    drawn = sketched and not all(stroked(arrays[SKETCHES + part]).all() for part in parts)
    n_rows = n_pairs * len(parts) * (1 + posed + drawn)
    side = WIDTH / (n_steps + 3.5)
    with style():
        tight = ConstrainedLayoutEngine(w_pad=0.01, h_pad=0.01, wspace=0, hspace=0)
        canvas = Canvas(figsize=(WIDTH, 1.06 * side * n_rows), layout=tight)
        space = canvas.add_gridspec(n_rows, 4, width_ratios=[1.5, 1, n_steps, 1], wspace=0.02)
        row = 0
        for pair in range(n_pairs):
            for part in parts:
                label = canvas.add_subplot(space[row, 0])
                label.axis("off")
                label.text(1, 0.5, f"{part}\nwalk {pair + 1}", ha="right", va="center", fontsize=8)
                show(canvas.add_subplot(space[row, 2]), side_by_side(steps[part][pair], n_steps))
                for column, end in zip((1, 3), ends[pair], strict=False):
                    show(canvas.add_subplot(space[row, column]), side_by_side(end[None]))
                row += 1
                if drawn:
                    strokes = stroked(arrays[SKETCHES + part][pair])
                    show(canvas.add_subplot(space[row, 2]), side_by_side(strokes, n_steps))
                    row += 1
                poses = walked(arrays, part)
                if poses is not None:
                    _row_of_skeletons(canvas, space[row, 2], poses[pair], arrays)
                    row += 1
        svg = to_svg(canvas, name)
    more = " Outermost: these two images." if ENDS in arrays else ""
    if posed:
        more += " Below each strip: the 3D poses decoded on the way, in cubes that hold a true one."
    if drawn:
        more += " Below each strip: the strokes of the sketches decoded on the way."
    elif sketched:
        more += " The sketches decoded on the way have no strokes."
    caption = (
        f"{group}: from the code of one test image to that of another in {n_steps} steps. Of "
        f"{words(parts)} one moves, and the rest stays as in the first image; best trial "
        f"({trial}). What changes belongs to the part that moves, or has leaked into it.{more}"
    )
    data = pd.DataFrame({"group": [group], "trial_id": [trial], "parts": [words(parts)]})
    return Figure(name, svg, f"Walks of {group} through {words(parts)}.", caption, data)


def _row_of_skeletons(
    canvas: Canvas, cell: SubplotSpec, poses: np.ndarray, arrays: Mapping[str, np.ndarray]
) -> None:
    """Draw poses ``[steps, J, 3]`` on one scale, in cubes that a true hand would fit in."""
    grid = cell.subgridspec(1, len(poses), wspace=0)
    around = poses.reshape(-1, 3)
    hand = float(np.ptp(arrays["pose_true"], axis=1).max()) if "pose_true" in arrays else 0.0
    for i, pose in enumerate(poses):
        axes = canvas.add_subplot(grid[0, i], projection="3d")
        draw_skeleton(axes, pose, arrays["bones"])
        frame(axes, around, max(hand, 1e-3))
