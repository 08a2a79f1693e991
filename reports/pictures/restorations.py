"""Galleries of restored images: what is seen, what is made of it, and which changed their class."""

import numpy as np
import pandas as pd

from reports.layout.grid import Grid
from reports.layout.profiles import Profile
from reports.page.figure import Figure
from reports.page.text import words
from reports.pictures.gallery import TEST_IMAGES, Artifact, best_trials, draw_strips

OBSERVED, RESTORED, RECOVERED = "observed", "restored", "recovered"
CHANGED = "class_changed"
"""The array ``[n]`` that is 1 where a restored image is of another class than the true one."""
OUTLINE = (1.0, 0.45, 0.0)
"""Colour of the frame of such an image: orange."""
SAME = 0.02
"""Recovered inputs whose mean error is no more than this are the inputs, and are not shown."""


def restorations(
    artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]
) -> Figure | None:
    """Draw what the best trial of each group restores; None if no trial restores anything."""
    trials = [
        (cell.group, trial, arrays)
        for cell, trial, arrays in best_trials(artifact, grid, group_profiles)
        if all(name in arrays for name in (TEST_IMAGES, OBSERVED, RESTORED, RECOVERED))
    ]
    if not trials:
        return None
    strips: list[tuple[str, np.ndarray]] = []
    originals = seen = np.empty(0)
    for group, _, arrays in trials:
        if not np.array_equal(originals, arrays[TEST_IMAGES]):
            originals = arrays[TEST_IMAGES]
            strips.append(("test images", originals))
        if not np.array_equal(seen, arrays[OBSERVED]):
            seen = arrays[OBSERVED]
            strips.append(("what is seen", seen))
        changed = arrays.get(CHANGED, np.zeros(len(originals))) > 0
        strips.append((f"{group}\nrestored", outlined(arrays[RESTORED], changed)))
        if _differ(arrays[RECOVERED], seen):
            strips.append((f"{group}\nrecovered input", arrays[RECOVERED]))
    judged = any(CHANGED in arrays for _, _, arrays in trials)
    outlines = (
        " Outlined: those in which a network, trained on whole images, finds another class than in "
        "the true one."
        if judged
        else ""
    )
    caption = (
        "Test images, what the methods see of them, and what the best trial of each "
        f"{grid.group_name} makes of that alone: "
        f"{words([f'{group} (trial {trial})' for group, trial, _ in trials])}.{outlines} A "
        "recovered input, what would be seen of a restored image, is shown where it is not the "
        "input itself."
    )
    data = pd.DataFrame(
        [
            {
                "group": group,
                "trial_id": trial,
                "outlined": int(np.sum(arrays.get(CHANGED, np.zeros(0)) > 0)),
            }
            for group, trial, arrays in trials
        ]
    )
    alt = f"Images restored by {words([group for group, *_ in trials])} below the true ones."
    return Figure("restorations", draw_strips(strips, "restorations"), alt, caption, data)


def outlined(images: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """Return images ``[n, C, H, W]`` in [0, 1] with a frame around those that are marked ``[n]``.

    Without marks they stay as they are; grey images get colours otherwise.
    """
    if not marked.any():
        return images
    scaled = images / (255 if images.dtype == np.uint8 else 1)
    coloured = np.repeat(scaled, 3, axis=1) if scaled.shape[1] == 1 else scaled[:, :3].copy()
    wide = max(1, coloured.shape[-1] // 20)
    frame = np.ones(coloured.shape[-2:], bool)
    frame[wide:-wide, wide:-wide] = False
    for row in np.flatnonzero(marked):
        coloured[row][:, frame] = np.array(OUTLINE)[:, None]
    return coloured


def _differ(recovered: np.ndarray, seen: np.ndarray) -> bool:
    if recovered.shape != seen.shape:
        return True
    whole = 255 if seen.dtype == np.uint8 else 1
    return bool(np.abs(recovered.astype(float) - seen).mean() > SAME * whole)
