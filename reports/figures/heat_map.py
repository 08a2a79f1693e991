"""Heat maps: the outcome over two numeric factors, every cell with its seeds and divergences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from reports.figures.marks import titled
from reports.layout.design import Design, Marginal
from reports.layout.factors import Factor
from reports.page.figure import WIDTH, Figure, style, wide_limits
from reports.page.svg import ON_BRIGHT, ON_DARK, to_svg
from reports.page.text import number

MOST_WRITTEN = 10
"""Most levels of a factor at which cells are still annotated."""
DARK = 0.55
"""Colours below this luminance carry white text."""


@dataclass(frozen=True)
class Cell:
    """One cell: its column, its row, and what is in it."""

    column: int
    row: int
    marginal: Marginal


def heat_map(design: Design, pair: tuple[Factor, Factor], place: int) -> Figure:
    """Draw the mean over two numeric factors, averaged over all others.

    Args:
        design: the variants.
        pair: the two; the one with more levels lies along the horizontal axis.
        place: distinguishes several maps of one report.
    """
    across, up = sorted(pair, key=lambda factor: -len(factor.levels))
    cells = [
        Cell(i, j, design.marginal([across, up], [i, j], None))
        for i in range(len(across.levels))
        for j in range(len(up.levels))
    ]
    means = np.array([cell.marginal.mean.value for cell in cells])
    limits = wide_limits(means)
    outcome = design.grid.outcome
    name = f"heat{place or ''}{design.mark}"
    with style():
        height = 1.1 + 0.5 * min(max(len(up.levels), 3), 9)
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        axes = canvas.subplots()
        norm = Normalize(*limits)
        colours = colormaps["viridis" if outcome.higher_is_better else "viridis_r"]
        for cell in cells:
            _draw(axes, cell, colours(norm(cell.marginal.mean.value)), _has_text(across, up))
        _dress(axes, across, up)
        bar = canvas.colorbar(ScalarMappable(norm, colours), ax=axes, pad=0.01, aspect=25)
        bar.set_label(titled(outcome))
        bar.outline.set_visible(False)
        svg = to_svg(canvas, name)
    others = [f.name for f in design.factors if f not in pair]
    averaged = f", averaged over {' and '.join(others)} seed by seed" if others else ""
    caption = (
        f"Mean test {outcome.label} over {across.name} and {up.name}{averaged}; yellow is "
        f"{'best' if outcome.directed else outcome.best}. "
        "In each cell: the mean, the number n of trials with a value, and × the number of trials "
        "that diverged. Hatched: no trial has a value; blank: not planned."
    )
    if (np.isfinite(means) & ((means < limits[0]) | (means > limits[1]))).any():
        caption += " Far outliers have the colour of the scale's end."
    alt = f"Heat map of test {outcome.label} over {across.name} and {up.name}."
    return Figure(name, svg, alt, caption, _data(cells, across, up))


def _has_text(across: Factor, up: Factor) -> bool:
    return max(len(across.levels), len(up.levels)) <= MOST_WRITTEN


def _draw(axes: Axes, cell: Cell, colour: tuple[float, ...], written: bool) -> None:
    marginal, corner = cell.marginal, (cell.column - 0.5, cell.row - 0.5)
    if not marginal.planned:
        return
    valued = marginal.valued > 0
    face = colour if valued else "#f1f1f1"
    hatch = None if valued else "////"
    patch = Rectangle(corner, 1, 1, facecolor=face, hatch=hatch, edgecolor="white", linewidth=1)
    patch.set(edgecolor="white" if valued else "#c9c9c9")
    axes.add_patch(patch)
    if not written:
        return
    dark = valued and float(np.dot(colour[:3], (0.299, 0.587, 0.114))) < DARK
    ink = ON_DARK if dark else ON_BRIGHT
    lines = [f"n = {marginal.valued}"] if valued else []
    if marginal.diverged:
        lines.append(f"× {marginal.diverged}/{marginal.planned}")
    elif marginal.valued < marginal.planned:
        lines.append(f"of {marginal.planned}" if valued else f"n = 0 of {marginal.planned}")
    look: dict[str, Any] = {"ha": "center", "color": ink}
    if valued:
        text = number(marginal.mean.value)
        axes.text(cell.column, cell.row + 0.03, text, va="bottom", fontsize=8.5, **look)
    va = "top" if valued else "center"
    axes.text(cell.column, cell.row - 0.06 * valued, "  ".join(lines), va=va, fontsize=7, **look)


def _dress(axes: Axes, across: Factor, up: Factor) -> None:
    axes.set_xlim(-0.5, len(across.levels) - 0.5)
    axes.set_ylim(-0.5, len(up.levels) - 0.5)
    axes.set_xticks(range(len(across.levels)), across.labels)
    axes.set_yticks(range(len(up.levels)), up.labels)
    axes.set(xlabel=across.name, ylabel=up.name)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _data(cells: Sequence[Cell], across: Factor, up: Factor) -> pd.DataFrame:
    """One row a planned cell."""
    rows = []
    for cell in cells:
        marginal, mean = cell.marginal, cell.marginal.mean
        if marginal.planned:
            levels = {across.key: across.levels[cell.column], up.key: up.levels[cell.row]}
            counts = {
                "planned": marginal.planned,
                "with_value": marginal.valued,
                "diverged": marginal.diverged,
            }
            ends = {"mean": mean.value, "low": mean.low, "high": mean.high}
            rows.append(levels | ends | counts)
    return pd.DataFrame(rows)
