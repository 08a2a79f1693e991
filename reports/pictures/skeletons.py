"""3D poses as skeletons: those found in test images beside the true ones, and along walks."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas
from mpl_toolkits.mplot3d.axes3d import Axes3D

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import COLOURS, WIDTH, Figure, style
from reports.page.svg import to_svg
from reports.page.text import words
from reports.pictures.gallery import TEST_IMAGES, Artifact, best_trials, show, side_by_side

NAMES = ("pose_true", "pose_found", "bones")
"""The arrays of skeletons, in units of a bone's length: x to the right, y down, z away."""
ELEVATION, AZIMUTH = 15, -65
"""Where the skeletons are seen from, degrees; the camera's view is (0, -90)."""
TRUTH = "0.65"
MOST = 6
"""Most hands of a row."""


def skeletons(artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]) -> Figure | None:
    """Draw the poses found by the best trial of each group; None if no trial has any."""
    trials = [
        (cell.group, trial, arrays)
        for cell, trial, arrays in best_trials(artifact, grid, group_profiles)
        if all(name in arrays for name in (TEST_IMAGES, *NAMES))
    ]
    if not trials:
        return None
    n = min(MOST, len(trials[0][2][TEST_IMAGES]))
    side = WIDTH / (n + 1)
    with style():
        canvas = Canvas(figsize=(WIDTH, side * (len(trials) + 1.05)), layout="constrained")
        space = canvas.add_gridspec(len(trials) + 1, n + 1)
        for i in range(n):
            axes = canvas.add_subplot(space[0, i + 1])
            show(axes, side_by_side(trials[0][2][TEST_IMAGES][i : i + 1]))
        for row, (group, _, arrays) in enumerate(trials, 1):
            label = canvas.add_subplot(space[row, 0])
            label.axis("off")
            text = group.replace(" · ", "\n")
            label.text(1, 0.5, text, ha="right", va="center", fontsize=8)
            true, guessed, bones = (arrays[name] for name in NAMES)
            for i in range(n):
                axes = canvas.add_subplot(space[row, i + 1], projection="3d")
                draw_skeleton(axes, true[i], bones, TRUTH)
                draw_skeleton(axes, guessed[i], bones)
                frame(axes, np.concatenate([true[i], guessed[i]]))
        svg = to_svg(canvas, "skeletons")
    trial_labels = words([f"{group} (trial {trial})" for group, trial, _ in trials])
    caption = (
        "Poses in three dimensions, found in the test images above them (coloured by finger) and "
        f"true (grey), seen from {ELEVATION}° above the camera and {90 + AZIMUTH}° to its side, "
        f"the roots in one place. Best trial of each {grid.group_name}: {trial_labels}."
    )
    data = pd.DataFrame([{"group": group, "trial_id": trial} for group, trial, _ in trials])
    alt = f"Skeletons found by {words([g for g, *_ in trials])} over the true ones."
    return Figure("skeletons", svg, alt, caption, data)


def draw_skeleton(
    axes: Axes3D, joints: np.ndarray, bones: np.ndarray, colour: str | None = None
) -> None:
    """Draw joints ``[J, 3]`` and the bones that join them, each chain from the root in a colour."""
    x, y, z = joints.T
    chain = -1
    for start, end in bones:
        chain += int(start == bones[0, 0])
        line = colour or COLOURS[chain % len(COLOURS)]
        pair = [start, end]
        # A plot's third axis points up, an image's second one down.
        axes.plot(x[pair], z[pair], -y[pair], color=line, lw=1.4, solid_capstyle="round")


def frame(axes: Axes3D, joints: np.ndarray, least: float = 1e-3) -> None:
    """Fit a cube around joints ``[J, 3]`` and draw nothing of the axes but their planes.

    Its edge is ``least`` or more: a pose may have collapsed, and is not to look like a hand.
    """
    x, y, z = (joints.max(0) + joints.min(0)) / 2
    half = max(1.1 * float(np.ptp(joints, axis=0).max()), least) / 2
    axes.set(xlim=(x - half, x + half), ylim=(z - half, z + half), zlim=(-y - half, -y + half))
    axes.set_box_aspect((1, 1, 1), zoom=1.5)
    axes.view_init(elev=ELEVATION, azim=AZIMUTH)
    axes.set(xticks=[], yticks=[], zticks=[])
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.line.set_color("0.85")
        axis.set_pane_color((0.97, 0.97, 0.97, 1.0))


def walked(arrays: Mapping[str, np.ndarray], group: str) -> np.ndarray | None:
    """Return the poses ``[n, steps, J, 3]`` along the walks of a group, None without any."""
    return arrays.get(f"poses_between_{group}") if "bones" in arrays else None
