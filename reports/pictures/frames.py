"""Depth and flow that methods found in two frames, as pictures below the true ones."""

import pandas as pd

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import Figure
from reports.page.text import words
from reports.pictures.gallery import TEST_IMAGES, Artifact, best_trials, draw_strips

KINDS = ("depth", "flow")
"""Of each there are the arrays ``<kind>_true`` and ``<kind>_found``."""
MOST = 6
"""Most images of a strip."""


def frames(artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]) -> Figure | None:
    """Draw depth and flow found by the best trial of each group; None if no trial has any."""
    names = [f"{kind}_{ending}" for kind in KINDS for ending in ("true", "found")]
    trials = [
        (cell.group, trial, arrays)
        for cell, trial, arrays in best_trials(artifact, grid, group_profiles)
        if all(name in arrays for name in (TEST_IMAGES, *names))
    ]
    if not trials:
        return None
    first = trials[0][2]
    strips = [("first frame", first[TEST_IMAGES][:, :3])]
    for kind in KINDS:
        strips.append((f"true {kind}", first[f"{kind}_true"]))
        strips += [(f"{group}\n{kind}", arrays[f"{kind}_found"]) for group, _, arrays in trials]
    trial_labels = words([f"{group} (trial {trial})" for group, trial, _ in trials])
    caption = (
        "Depth and flow found in pairs of frames, of which the first is shown. Depth: the brighter "
        "the nearer, by its logarithm from 3 to 80 m. Flow: the hue is the direction (red to the "
        "right), and the stronger the colour the farther; white is none. "
        f"Best trial of each {grid.group_name}: {trial_labels}."
    )
    data = pd.DataFrame([{"group": group, "trial_id": trial} for group, trial, _ in trials])
    alt = f"Depth and flow found by {words([g for g, *_ in trials])} below the true ones."
    return Figure("frames", draw_strips(strips, "frames", MOST), alt, caption, data)
