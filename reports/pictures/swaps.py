"""Grids of swaps: the pose of one image down, the appearance of another across, per variant."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import WIDTH, Figure, remove_unused, style
from reports.page.svg import to_svg
from reports.page.text import words
from reports.pictures.gallery import (
    Artifact,
    best_trials,
    is_flat,
    left_out,
    show,
    side_by_side,
)

NAMES = ("swaps", "swap_pose", "swap_appearance")
"""The arrays of a grid of swaps: the grid row by row, its rows' poses, its columns' appearances."""


def swap_grids(artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]) -> Figure | None:
    """Draw a grid of swaps for the best trial of each group; None if no trial has one."""
    found = [
        (cell.group, trial, arrays)
        for cell, trial, arrays in best_trials(artifact, grid, group_profiles)
        if all(name in arrays for name in NAMES)
    ]
    flat = [group for group, _, arrays in found if is_flat(arrays[NAMES[0]])]
    trials = [each for each in found if each[0] not in flat]
    if not trials:
        return None
    columns = min(3 if len(trials) != 4 else 2, len(trials))
    n_rows = -(-len(trials) // columns)
    with style():
        side = WIDTH / max(columns, 2)
        titles = [group.replace(" · ", "\n") for group, *_ in trials]
        lines = 1 + max(title.count("\n") for title in titles)
        height = n_rows * (side + 0.05 + 0.15 * lines)
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = canvas.subplots(n_rows, columns, squeeze=False)
        for axes, title, (_, _, arrays) in zip(panels.flat, titles, trials, strict=False):
            show(axes, picture(arrays))
            axes.set_title(title, fontsize=9)
            axes.set_ylabel("pose of")
            axes.set_xlabel("appearance of")
            axes.xaxis.set_label_position("top")
        remove_unused(panels, len(trials))
        svg = to_svg(canvas, "swaps")
    trial_labels = words([f"{group} (trial {trial})" for group, trial, _ in trials])
    caption = (
        "Swaps: each row has the pose of the test image at its left, each column the appearance of "
        f"the one at its top. Best trial of each {grid.group_name}: {trial_labels}."
        f"{left_out(flat)}"
    )
    data = pd.DataFrame([{"group": group, "trial_id": trial} for group, trial, _ in trials])
    return Figure(
        "swaps", svg, f"Grids of swaps of {words([g for g, *_ in trials])}.", caption, data
    )


def picture(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Join poses, appearances and swaps into one picture in [0, 1], a gap behind the inputs."""
    lines = [(0, 0), (0, 0), (1, 1), (0, 0)]  # between rows; ``side_by_side`` has those of columns
    swaps, pose, appearance = (
        np.pad(array, lines, constant_values=255 if array.dtype == np.uint8 else 1)
        for array in (arrays[name] for name in NAMES)
    )
    columns = len(appearance)
    top = side_by_side(appearance, columns)
    rows = [
        np.concatenate([side_by_side(pose[i : i + 1]), side_by_side(chunk, columns)], axis=1)
        for i, chunk in enumerate(np.split(swaps, len(pose)))
    ]
    width = rows[0].shape[1] - top.shape[1]
    above = np.concatenate([np.ones((top.shape[0], width, *top.shape[2:])), top], axis=1)
    image = np.concatenate([above, *rows])
    gap = max(1, width // 10)
    image = np.insert(image, [top.shape[0]] * gap, 1.0, axis=0)
    return np.insert(image, [width] * gap, 1.0, axis=1)
