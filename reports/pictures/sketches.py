"""Sketches that methods found in photographs, as distance maps and as strokes."""

import numpy as np
import pandas as pd

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import Figure
from reports.page.text import words
from reports.pictures.gallery import TEST_IMAGES, Artifact, best_trials, draw_strips

NAMES = ("sketch_true", "sketch_found")
"""The arrays of sketches: distance maps ``[n, 1, H, W]``, 0 on strokes."""
THRESHOLD = 0.25
"""Where a distance map is no more than that there is a stroke, as for the chamfer distance."""


def sketches(artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]) -> Figure | None:
    """Draw the sketches found by the best trial of each group; None if no trial has any."""
    trials = [
        (cell.group, trial, arrays)
        for cell, trial, arrays in best_trials(artifact, grid, group_profiles)
        if all(name in arrays for name in (TEST_IMAGES, *NAMES))
    ]
    if not trials:
        return None
    first = trials[0][2]
    strips = [("test images", first[TEST_IMAGES]), ("true strokes", stroked(first[NAMES[0]]))]
    for group, _, arrays in trials:
        found = arrays[NAMES[1]]
        strips += [(f"{group}\ndistances", found), (f"{group}\nstrokes", stroked(found))]
    trial_labels = words([f"{group} (trial {trial})" for group, trial, _ in trials])
    caption = (
        "Sketches found in the test images above them: the distance maps, dark on strokes, and "
        f"below each its strokes, where it is no more than {THRESHOLD:g} (blank where it is more "
        "everywhere); the true ones are drawn alike. "
        f"Best trial of each {grid.group_name}: {trial_labels}."
    )
    data = pd.DataFrame([{"group": group, "trial_id": trial} for group, trial, _ in trials])
    alt = f"Sketches found by {words([g for g, *_ in trials])} below the true ones."
    return Figure("sketches", draw_strips(strips, "sketches"), alt, caption, data)


def stroked(maps: np.ndarray) -> np.ndarray:
    """Return distance maps ``[n, 1, H, W]``, uint8 or in [0, 1], as black strokes on white."""
    whole = 255 if maps.dtype == np.uint8 else 1
    return np.where(maps <= THRESHOLD * whole, 0.0, 1.0)
