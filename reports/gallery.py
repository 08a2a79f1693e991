"""Test images, what each group makes of them, and its decodings before they are warped."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from harness.errors import CorruptFileError
from reports.figures import WIDTH, Figure, style, to_svg
from reports.grid import Grid
from reports.profiles import Cell, Profile
from reports.text import words

TEST_IMAGES = "test_images"
APPEARANCE = "appearance"
SAMPLES = "samples"
MADE = ("reconstructions", APPEARANCE)
"""The arrays a method makes of them, in order."""
MOST_IMAGES = 8
"""Most images of a strip."""
MOST_GROUPS = 8
"""Most groups shown."""

Artifact = Callable[[str], Mapping[str, np.ndarray]]
"""Returns a trial's arrays by name: ``[n, C, H, W]``, uint8 or floats in [0, 1]."""


def gallery(
    artifact: Artifact, grid: Grid, found: dict[str, Profile], *, samples: bool = False
) -> Figure | None:
    """Draw the pictures of each group's best trial at its best level; None if there are none.

    Args:
        artifact: where a trial's arrays come from.
        grid: the sweep.
        found: the groups' profiles.
        samples: show images drawn from each method's prior as well.
    """
    made = (*MADE, SAMPLES) if samples else MADE
    strips: list[tuple[str, np.ndarray]] = []
    sources: list[dict[str, Any]] = []
    shown: list[str] = []
    originals, unwarped = np.empty(0), False
    for cell, trial, arrays in best_trials(artifact, grid, found):
        if TEST_IMAGES not in arrays:
            continue
        if not np.array_equal(originals, arrays[TEST_IMAGES]):
            originals = arrays[TEST_IMAGES]
            strips.append(("test images", originals))
        strips += [(f"{cell.group}\n{name}", arrays[name]) for name in made if name in arrays]
        unwarped |= APPEARANCE in arrays
        sources.append({"group": cell.group, "level": cell.level, "trial_id": trial})
        shown.append(f"{cell.group} (trial {trial}{grid.at(cell.level)})")
    if not strips:
        return None
    caption = (
        f"Test images and what the best trial of each {grid.group_name} at its best level makes of "
        f"them: {words(shown)}."
    )
    if unwarped:
        caption += " The appearance is decoded, not yet warped."
    if any(label.endswith(SAMPLES) for label, _ in strips):
        caption += " Samples are decoded from the prior; none belongs to the test image above it."
    alt = f"Strips of images: {'; '.join(label for label, _ in strips)}."
    return Figure("gallery", _draw(strips), alt, caption, pd.DataFrame(sources))


def best_trials(
    artifact: Artifact, grid: Grid, found: dict[str, Profile]
) -> Iterator[tuple[Cell, str, Mapping[str, np.ndarray]]]:
    """Yield the best cell of each group, the id of its best trial, and that one's arrays.

    Arrays that are torn are left out, as if the trial had none.
    """
    for cell in [p.best for p in found.values() if p.best][:MOST_GROUPS]:
        rows = grid.cell(cell.group, cell.level)
        trial = str(rows["trial_id"].iloc[int((grid.outcome.sign * rows["value"]).argmax())])
        try:
            yield cell, trial, artifact(trial)
        except CorruptFileError:
            yield cell, trial, {}


def _draw(strips: list[tuple[str, np.ndarray]]) -> str:
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.75 * len(strips)), layout="constrained")
        rows = canvas.subplots(len(strips), 1, squeeze=False)[:, 0]
        for axes, (label, images) in zip(rows, strips, strict=True):
            axes.imshow(side_by_side(images), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            axes.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=8)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            axes.set_anchor("E")
        return to_svg(canvas, "gallery")


def side_by_side(images: np.ndarray, most: int = MOST_IMAGES) -> np.ndarray:
    """Join ``[n, C, H, W]`` into one picture, ``[H, n W]`` or ``[H, n W, 3]``, in [0, 1]."""
    scaled = images[:most] / (255 if images.dtype == np.uint8 else 1)
    padded = np.pad(scaled, [(0, 0), (0, 0), (0, 0), (1, 1)], constant_values=1)
    row = np.concatenate(list(padded), axis=-1).clip(0, 1)
    return row[0] if len(row) == 1 else np.moveaxis(row[:3], 0, -1)
