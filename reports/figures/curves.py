"""Learning curves: all groups at one level, and every group at every level side by side."""

import matplotlib.axes
import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from reports.figures.bundles import FEWEST, MOST_SEEDS, Bundle, bundle, curve_rows
from reports.layout.curves import Curves
from reports.layout.grid import Grid
from reports.layout.outcome import Outcome
from reports.page.figure import (
    COLOURS,
    WIDTH,
    Figure,
    broken,
    evenly,
    legend,
    remove_unused,
    robust_limits,
    style,
)
from reports.page.intervals import CURVES_CUT, holding, mark_curves
from reports.page.svg import tell, to_svg
from reports.page.text import level_label, number
from reports.stats.estimates import Floats

MOST_LEVELS = 6
"""Most levels with a column of panels."""
PACKED = 4
"""Panels in a row where only some combinations of group and level were planned."""
CLIMB_ROOM = 1.0
"""Room for the way to the values of the second half of training, in heights of these."""


def draw_at(grid: Grid, curves: Curves, level: float, why: str) -> Figure:
    """Draw the learning curves of all groups at one level.

    Args:
        grid: the sweep.
        curves: the outcome, or what stands for it, along training.
        level: the level.
        why: why this level, for the caption.
    """
    bundles = [bundle(grid, curves, group, level) for group in grid.groups[: len(COLOURS)]]
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.3), layout="constrained")
        axes = canvas.subplots()
        axes.set_ylim(*curve_limits(bundles, curves.outcome.sign))
        cut = [
            draw_bundle(axes, each, colour, curves.outcome)
            for colour, each in zip(COLOURS, bundles, strict=False)
        ]
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(whole_numbers())
        axes.set_ylabel(broken(curves.titled))
        axes.grid(axis="y")
        legend(canvas, [each.group for each in bundles], markers=False)
        svg = to_svg(canvas, "curves")
    caption = (
        f"Learning curves ({curves.label}){grid.at(level)}{why}. Thick lines are means over "
        f"seeds with a 95 % band (Student's t; from {FEWEST} seeds on), thin lines single seeds."
        + _notes(bundles, len(grid.groups), cut=any(cut))
    )
    endings = "; ".join(map(_ending, bundles))
    alt = f"Learning curves, {curves.label} per epoch{grid.at(level)}: {endings}."
    return Figure("curves", svg, alt, caption, curve_rows(bundles))


def draw_all(grid: Grid, curves: Curves) -> Figure:
    """Draw a panel for each group (rows) and level (columns), all on the same scale.

    Where many groups lack levels, the panels that hold anything follow one another instead.
    """
    groups = grid.groups[: len(COLOURS)]
    levels = [grid.levels[i] for i in evenly(len(grid.levels), MOST_LEVELS)]
    cells = [
        (i, j, bundle(grid, curves, g, at))
        for i, g in enumerate(groups)
        for j, at in enumerate(levels)
    ]
    drawn = [cell for cell in cells if len(cell[2].values)] or cells
    full = len(drawn) == len(cells)
    n_columns = len(levels) if full else min(PACKED, len(drawn))
    n_rows = -(-len(drawn) // n_columns)
    bundles = [each for *_, each in drawn]
    with style():
        height = 0.6 + (1.25 if full else 1.5) * n_rows
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = canvas.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
        panels[0, 0].set_ylim(*curve_limits(bundles, curves.outcome.sign))
        cut = []
        for place, (row, column, each) in enumerate(drawn):
            axes = panels.flat[place]
            cut.append(draw_bundle(axes, each, COLOURS[row], curves.outcome))
            axes.grid(axis="y")
            level = level_label(each.level) if grid.axis else ""
            if not full:
                axes.set_title(f"{each.group}\n{level}".strip(), fontsize=9, color=COLOURS[row])
            elif row == 0:
                axes.set_title(level, fontsize=9)
            if full and column == 0:
                axes.set_ylabel(each.group, color=COLOURS[row])
        remove_unused(panels, len(drawn))
        panels[0, 0].xaxis.set_major_locator(whole_numbers())  # they share it
        canvas.supxlabel("epoch", fontsize=9.5)
        canvas.supylabel(curves.titled, fontsize=9.5)
        svg = to_svg(canvas, "panels")
    columns = f", columns by {grid.axis_name}" if grid.axis else ""
    order = f"rows by {grid.group_name}{columns}" if full else f"by {grid.group_name}"
    order += f" and {grid.axis_name}, where any was planned" if grid.axis and not full else ""
    caption = (
        f"Learning curves ({curves.label}) of every cell: {order}. "
        "All panels share their scales; thick lines are means of the trials that did not diverge."
        + _notes(bundles, len(grid.groups), cut=any(cut))
    )
    if len(levels) < len(grid.levels):
        caption += f" {len(levels)} of {len(grid.levels)} levels are drawn."
    alt = f"Small multiples of {curves.label} per epoch, {len(drawn)} panels."
    return Figure("panels", svg, alt, caption, curve_rows(bundles))


def draw_bundle(axes: matplotlib.axes.Axes, each: Bundle, colour: str, outcome: Outcome) -> bool:
    """Draw one cell: thin lines of its seeds, their mean with its band, and where they diverged.

    Returns:
        whether any of them leaves the frame, which is then marked.
    """
    cut = False
    notes: list[str] = []
    for place in each.drawn:
        curve = each.values[place]
        dot = dot_of(curve)
        (line,) = axes.plot(each.epochs, curve, dot, color=colour, linewidth=0.6, alpha=0.45)
        tell(line, [each.tooltip(place)])
        finite = np.flatnonzero(np.isfinite(curve))
        if each.diverged[place] and len(finite):
            end = finite[-1]
            height = np.clip(curve[end], *axes.get_ylim())
            axes.plot(each.epochs[end], height, "x", color=colour, markersize=6, clip_on=False)
    if len(each.epochs) and not each.diverged.all():
        (mean, *_), (low, high) = each.mean(), each.band()
        axes.plot(each.epochs, mean, dot_of(mean), color=colour, linewidth=1.6)
        bottom, top = axes.get_ylim()
        inside = (mean >= bottom) & (mean <= top)  # else the band of a lost curve fills the frame
        axes.fill_between(each.epochs, low, high, inside, color=colour, alpha=0.15, linewidth=0)
        notes += [] if inside.any() else ["outside the frame"]
        bands = [np.where(inside, low, np.nan), np.where(inside, high, np.nan)]
        alone = [each.values[place] for place in each.drawn if not each.diverged[place]]
        cut = mark_curves(axes, each.epochs, [mean, *bands, *alone], colour)
    if lost := int(each.diverged.sum()):
        notes.append(f"× {lost}/{len(each.diverged)} diverged")
    if notes:
        rising = outcome.higher_is_better
        axes.annotate(  # where curves do not end
            "\n".join(notes),
            (0.98, 0.04 if rising else 0.96),
            xycoords="axes fraction",
            ha="right",
            va="baseline" if rising else "top",
            fontsize=7.5,
            color=colour,
        )
    return cut


def dot_of(curve: Floats) -> str:
    """Return the format of a curve: a line, or a dot where it has one value and is no line."""
    return "." if np.isfinite(curve).sum() == 1 else "-"


def whole_numbers() -> MaxNLocator:
    """Choose ticks as matplotlib does, but never between two epochs."""
    return MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True)


def curve_limits(bundles: list[Bundle], sign: int) -> tuple[float, float]:
    """Frame the second half of training, with room on the worse side for the way there.

    A frame that held the first epochs would hide the differences that remain at the end.
    """
    finite_bundles = [each for each in bundles if np.isfinite(each.values[~each.diverged]).any()]
    if not finite_bundles:
        return 0.0, 1.0
    values = [sign * each.values[~each.diverged] for each in finite_bundles]
    late = [
        v[:, each.epochs > each.epochs[-1] / 2]
        for v, each in zip(values, finite_bundles, strict=True)
    ]
    low, high = robust_limits(np.concatenate([part.ravel() for part in late]))
    bands = [
        sign * np.array(each.band())[:, each.epochs > each.epochs[-1] / 2]
        for each in finite_bundles
    ]
    low, high = holding((low, high), *bands)
    least = min(float(np.nanmin(part)) for part in values)
    worst = max(low - CLIMB_ROOM * (high - low), min(low, least))
    return (worst, high) if sign > 0 else (-high, -worst)


def _notes(bundles: list[Bundle], n_groups: int, *, cut: bool) -> str:
    notes = " The frame is set by the second half of training."
    if cut:
        notes += f" {CURVES_CUT}"
    if any(each.diverged.any() for each in bundles):
        notes += " A cross, at the frame's edge if beyond it, ends the curve of a diverged trial."
    if any(len(each.values) > MOST_SEEDS for each in bundles):
        notes += (
            f" At most {MOST_SEEDS} seeds of a cell are drawn; means and bands use all of them."
        )
    if n_groups > len(COLOURS):
        notes += f" The first {len(COLOURS)} of {n_groups} groups are drawn."
    return notes


def _ending(each: Bundle) -> str:
    if not len(each.epochs) or each.diverged.all():
        return f"{each.group} has no finished curve"
    return f"{each.group} ends at {number(float(each.mean()[0][-1]))}"
