"""3D poses as skeletons: those found in test images beside the true ones, and along walks."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
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
PLACES = ("places_true", "places_found")
"""The arrays of where joints are in the image, from 0 at its left and at its top to 1."""
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
    overlaid = all(name in arrays for *_, arrays in trials for name in PLACES)
    per_trial = 2 if overlaid else 1
    side, rows = WIDTH / (n + 1), 1 + per_trial * len(trials)
    with style():
        canvas = Canvas(figsize=(WIDTH, side * (rows + 0.05)), layout="constrained")
        space = canvas.add_gridspec(rows, n + 1)
        for i in range(n):
            axes = canvas.add_subplot(space[0, i + 1])
            show(axes, side_by_side(trials[0][2][TEST_IMAGES][i : i + 1]))
        for place, (group, _, arrays) in enumerate(trials):
            row = 1 + per_trial * place
            label = canvas.add_subplot(space[row : row + per_trial, 0])
            label.axis("off")
            text = group.replace(" · ", "\n")
            label.text(1, 0.5, text, ha="right", va="center", fontsize=8)
            for i in range(n):
                if overlaid:
                    _overlay(canvas.add_subplot(space[row, i + 1]), arrays, i)
                axes = canvas.add_subplot(space[row + per_trial - 1, i + 1], projection="3d")
                _draw_both(axes, arrays, i)
        svg = to_svg(canvas, "skeletons")
    trial_labels = words([f"{group} (trial {trial})" for group, trial, _ in trials])
    where = (
        "in the test images above them and drawn over these"
        if overlaid
        else ("in the test images above them")
    )
    caption = (
        f"Poses in three dimensions, found {where} (in colours) and true "
        f"({'white in the image, grey below it' if overlaid else 'grey'}), "
        f"seen from {ELEVATION}° above the camera and {90 + AZIMUTH}° to its side, "
        f"the roots in one place. Best trial of each {grid.group_name}: {trial_labels}."
    )
    data = pd.DataFrame([{"group": group, "trial_id": trial} for group, trial, _ in trials])
    alt = f"Skeletons found by {words([g for g, *_ in trials])} over the true ones."
    return Figure("skeletons", svg, alt, caption, data)


def _draw_both(axes: Axes3D, arrays: Mapping[str, np.ndarray], i: int) -> None:
    """Draw the true pose of an image and, over it, the one that was found."""
    true, guessed, bones = (arrays[name] for name in NAMES)
    draw_skeleton(axes, true[i], bones, TRUTH)
    draw_skeleton(axes, guessed[i], bones)
    frame(axes, np.concatenate([true[i], guessed[i]]))


def _overlay(axes: Axes, arrays: Mapping[str, np.ndarray], i: int) -> None:
    """Draw an image with the true joints in white and the ones that were found in colours."""
    picture = side_by_side(arrays[TEST_IMAGES][i : i + 1])
    show(axes, picture)
    size = np.array(arrays[TEST_IMAGES].shape[:1:-1])
    margin = (picture.shape[1] - size[0]) / 2  # ``side_by_side`` leaves some at either side
    true, found = (arrays[name][i] * size - 0.5 + [margin, 0] for name in PLACES)
    bones = arrays["bones"]
    for pair, colour in zip(bones, chain_colours(bones), strict=True):
        axes.plot(*true[pair].T, color="black", lw=2.6, solid_capstyle="round")
        axes.plot(*true[pair].T, color="white", lw=1.6, solid_capstyle="round")
        axes.plot(*found[pair].T, color=colour, lw=1.2, solid_capstyle="round")
    axes.set(xlim=(-0.5, picture.shape[1] - 0.5), ylim=(picture.shape[0] - 0.5, -0.5))


def chain_colours(bones: np.ndarray) -> list[str]:
    """Return the colour of each bone: one for each chain of bones that begin where others end."""
    begins = [1, *(int(here != end) for (here, _), (_, end) in zip(bones[1:], bones, strict=False))]
    return [COLOURS[(chain - 1) % len(COLOURS)] for chain in np.cumsum(begins)]


def draw_skeleton(
    axes: Axes3D, joints: np.ndarray, bones: np.ndarray, colour: str | None = None
) -> None:
    """Draw joints ``[J, 3]`` and the bones that join them, each chain of these in a colour."""
    x, y, z = joints.T
    for pair, own in zip(bones, chain_colours(bones), strict=True):
        line = colour or own
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
