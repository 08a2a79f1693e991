"""Galleries of test images beside the reconstructions, samples and unwarped decodings of groups."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from harness.errors import CorruptFileError
from reports.layout.grid import Grid
from reports.layout.profiles import Cell, Profile
from reports.page.figure import WIDTH, Figure, style
from reports.page.svg import to_svg
from reports.page.text import words

TEST_IMAGES = "test_images"
APPEARANCE = "appearance"
SAMPLES = "samples"
MADE = ("reconstructions", APPEARANCE)
"""The arrays a method makes of them, in order."""
SHOWN = ("shown_by_pose", "shown_by_appearance")
"""What the decoder of one code alone makes of them."""
LABELS = {"shown_by_pose": "pose alone", "shown_by_appearance": "appearance alone"}
"""What a strip is called, where it is not the array's name."""
NOTES = {
    APPEARANCE: "Appearance: what is decoded of it alone, before any pose.",
    SAMPLES: "Samples are decoded from the prior; none belongs to the test image above it.",
    "shown_by_pose": (
        "Pose alone: what a decoder makes of the pose code π without the appearance; what it shows "
        "of the appearance has leaked into π."
    ),
    "shown_by_appearance": "Appearance alone: the same of the appearance code α.",
}
"""What a caption calls an array."""
MOST_IMAGES = 8
"""Most images of a strip."""
MOST_GROUPS = 8
"""Most groups shown."""

FLAT = 0.05
"""Pictures whose values all lie within this are of one grey: nothing has trained their decoder."""

Artifact = Callable[[str], Mapping[str, np.ndarray]]
"""Returns a trial's arrays by name: ``[n, C, H, W]``, uint8 or floats in [0, 1]."""


def gallery(
    artifact: Artifact,
    grid: Grid,
    group_profiles: dict[str, Profile],
    array_names: Sequence[str] = MADE,
    name: str = "gallery",
) -> Figure | None:
    """Draw the pictures of each group's best trial at its best level; None if there are none.

    Args:
        artifact: where a trial's arrays come from.
        grid: the sweep.
        group_profiles: the groups' profiles.
        array_names: names of the arrays to show below the test images.
        name: the figure's.
    """
    strips: list[tuple[str, np.ndarray]] = []
    flat: list[str] = []
    sources: list[dict[str, Any]] = []
    trial_labels: list[str] = []
    originals, drawn_names = np.empty(0), set()
    for cell, trial, arrays in best_trials(artifact, grid, group_profiles):
        present_names = [array for array in array_names if array in arrays]
        if TEST_IMAGES not in arrays or not present_names:
            continue
        # Of one code alone a single colour says that the code holds nothing, and is shown.
        whole_codes = not set(present_names) & set(SHOWN)
        if whole_codes and all(is_flat(arrays[array]) for array in present_names):
            flat.append(cell.group)
            continue
        if not np.array_equal(originals, arrays[TEST_IMAGES]):
            originals = arrays[TEST_IMAGES]
            strips.append(("test images", originals))
        strips += [
            (f"{cell.group}\n{LABELS.get(array, array)}", arrays[array]) for array in present_names
        ]
        drawn_names.update(present_names)
        sources.append({"group": cell.group, "level": cell.level, "trial_id": trial})
        trial_labels.append(f"{cell.group} (trial {trial}{grid.at(cell.level)})")
    if not strips:
        return None
    at = " at its best level" if grid.axis else ""
    caption = (
        f"Test images and what the best trial of each {grid.group_name}{at} makes of "
        f"them: {words(trial_labels)}."
    )
    caption = " ".join(
        [caption, *(NOTES[array] for array in array_names if array in drawn_names & {*NOTES})]
    )
    caption += left_out(flat)
    alt = f"Strips of images: {'; '.join(label for label, _ in strips)}."
    return Figure(name, draw_strips(strips, name), alt, caption, pd.DataFrame(sources))


def best_trials(
    artifact: Artifact, grid: Grid, group_profiles: dict[str, Profile]
) -> Iterator[tuple[Cell, str, Mapping[str, np.ndarray]]]:
    """Yield the best cell of each group, the id of its best trial, and that one's arrays.

    Arrays that are torn are left out, as if the trial had none.
    """
    for cell in [p.best for p in group_profiles.values() if p.best][:MOST_GROUPS]:
        rows = grid.cell(cell.group, cell.level)
        trial = str(rows["trial_id"].iloc[int((grid.outcome.sign * rows["value"]).argmax())])
        try:
            yield cell, trial, artifact(trial)
        except CorruptFileError:
            yield cell, trial, {}


def is_flat(images: np.ndarray) -> bool:
    """Say whether images ``[n, C, H, W]`` are all of one colour, or as good as."""
    full = 255 if images.dtype == np.uint8 else 1
    values = images.astype(np.float32) / full
    return bool(np.ptp(values, axis=(0, 2, 3)).max() < FLAT)


def left_out(flat: Sequence[str]) -> str:
    """Return what a caption says of groups whose pictures are of one colour; nothing of none."""
    return f" Left out, their pictures being of one colour alone: {words(flat)}." if flat else ""


def draw_strips(
    strips: Sequence[tuple[str, np.ndarray]], name: str, most: int = MOST_IMAGES
) -> str:
    """Draw labelled rows of at most so many images each, ``[n, C, H, W]``, below each other."""
    with style():
        height = min(0.75, 5.6 / most)  # leaves an inch and more for the labels
        canvas = Canvas(figsize=(WIDTH, height * len(strips)), layout="constrained")
        rows = canvas.subplots(len(strips), 1, squeeze=False)[:, 0]
        for axes, (label, images) in zip(rows, strips, strict=True):
            show(axes, side_by_side(images, most))
            axes.set_ylabel(
                label.replace(" · ", "\n"), rotation=0, ha="right", va="center", fontsize=8
            )
            axes.set_anchor("E")
        return to_svg(canvas, name)


def show(axes: Axes, picture: np.ndarray) -> None:
    """Show a picture, ``[H, W]`` or ``[H, W, 3]`` in [0, 1], without a frame."""
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def side_by_side(images: np.ndarray, most: int = MOST_IMAGES) -> np.ndarray:
    """Join ``[n, C, H, W]`` into one picture, ``[H, n W]`` or ``[H, n W, 3]``, in [0, 1]."""
    scaled = images[:most] / (255 if images.dtype == np.uint8 else 1)
    padded = np.pad(scaled, [(0, 0), (0, 0), (0, 0), (1, 1)], constant_values=1)
    row = np.concatenate(list(padded), axis=-1).clip(0, 1)
    return row[0] if len(row) == 1 else np.moveaxis(row[:3], 0, -1)
