"""The distribution of the errors of single swaps, all of them and not only their mean."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from harness.errors import CorruptFileError
from reports.layout.grid import Grid
from reports.page.figure import COLOURS, WIDTH, Figure, style
from reports.page.svg import to_svg
from reports.page.text import count, words
from reports.pictures.gallery import Artifact

ERRORS = "triplet_errors"
SHOWN = 0.99
"""Quantile of all errors at which the axis ends."""
WHISKERS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of whiskers and box."""
KEPT = np.round(np.arange(0.01, 1.0, 0.01), 2)
"""Quantiles of each trial that the download holds."""
MOST_POINTS = 4000
"""Most errors from which a density is estimated; more change nothing that can be seen."""


def draw_errors(artifact: Artifact, grid: Grid) -> Figure | None:
    """Draw one row a group: the density of its errors, a box, and each seed's mean.

    Args:
        artifact: where a trial's arrays come from.
        grid: the groups to draw, without an axis.
    """
    all_errors = {group: _errors(artifact, grid, group) for group in grid.groups}
    errors_by_group = {group: errors for group, errors in all_errors.items() if errors}
    if not errors_by_group:
        return None
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.7 + 0.48 * len(errors_by_group)), layout="constrained")
        axes = canvas.subplots()
        everything = np.concatenate(
            [e for errors in errors_by_group.values() for e in errors.values()]
        )
        end = float(np.quantile(everything, SHOWN))
        for place, (group, errors) in enumerate(errors_by_group.items()):
            colour = COLOURS[grid.groups.index(group) % len(COLOURS)]
            _draw_row(axes, place, list(errors.values()), colour, end)
        axes.set_yticks(range(len(errors_by_group)), errors_by_group)
        axes.set(xlim=(0, end), ylim=(len(errors_by_group) - 0.6, -0.6))
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("squared error of a swap, mean over pixels and channels ←")
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        svg = to_svg(canvas, "errors")
    sizes = sorted({len(e) for errors in errors_by_group.values() for e in errors.values()})
    seeds = sorted({len(errors) for errors in errors_by_group.values()})
    caption = (
        "Errors of single swaps against the true image, over "
        f"{words([f'{n:,}' for n in sizes])} triplets and "
        f"{count(seeds[-1], 'seed') if len(seeds) == 1 else f'{seeds[0]} to {seeds[-1]} seeds'} of "
        "each variant: density, median and quartiles (box), 5 % and 95 % quantiles (line), and the "
        f"mean of each seed (triangles). The axis ends at the {100 * SHOWN:.0f} % quantile of all. "
        "The download holds each trial's percentiles."
    )
    return Figure(
        "errors",
        svg,
        f"Distributions of errors of {words([*errors_by_group])}.",
        caption,
        _data(errors_by_group),
    )


def _draw_row(axes: Axes, place: int, errors: list[np.ndarray], colour: str, end: float) -> None:
    """Draw the errors of each trial of a group: density, box, whiskers, and a mean of each."""
    pooled = np.concatenate(errors)
    if np.ptp(pooled) > 0:
        thinned = pooled[:: -(-len(pooled) // MOST_POINTS)]
        parts = axes.violinplot(
            [thinned.clip(max=end)],
            [place],
            orientation="horizontal",
            widths=0.85,
            showextrema=False,
            side="low",
        )
        for body in parts["bodies"]:  # type: ignore[attr-defined]
            body.set(facecolor=colour, alpha=0.3, linewidth=0)
    low, left, middle, right, high = np.quantile(pooled, WHISKERS)
    axes.hlines(place, low, high, color=colour, linewidth=1)
    axes.hlines(place, left, right, color=colour, linewidth=5)
    axes.plot(middle, place, "|", color="white", markersize=5, markeredgewidth=1.5)
    means = [float(each.mean()) for each in errors]
    axes.plot(means, [place + 0.18] * len(means), "^", color=colour, markersize=4)


def _errors(artifact: Artifact, grid: Grid, group: str) -> dict[tuple[str, float], np.ndarray]:
    """Return the errors of each trial of a group that ended well, by id and seed."""
    rows = grid.cell(group, 0.0)
    errors_by_trial = {}
    for trial, seed in rows.loc[rows["status"] == "ok", ["trial_id", "seed"]].itertuples(
        index=False
    ):
        try:
            arrays = artifact(str(trial))
        except CorruptFileError:  # as if it had none: the header tells of torn files
            continue
        errors = arrays.get(ERRORS, np.empty(0)).astype(float)
        if len(finite_errors := errors[np.isfinite(errors)]):
            errors_by_trial[str(trial), float(seed)] = finite_errors
    return errors_by_trial


def _data(errors_by_group: Mapping[str, Mapping[tuple[str, float], np.ndarray]]) -> pd.DataFrame:
    """One row a percentile of a trial."""
    frames: Sequence[pd.DataFrame] = [
        pd.DataFrame(
            {
                "group": group,
                "trial_id": trial,
                "seed": seed,
                "triplets": len(errors),
                "mean": errors.mean(),
                "quantile": KEPT,
                "error": np.quantile(errors, KEPT),
            }
        )
        for group, by_trial in errors_by_group.items()
        for (trial, seed), errors in by_trial.items()
    ]
    return pd.concat(frames, ignore_index=True)
