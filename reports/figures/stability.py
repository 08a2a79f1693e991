"""The stability figure: final value against learning rate, with every seed and every divergence."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.layout.grid import Grid
from reports.layout.profiles import Cell, Profile
from reports.page.figure import (
    COLOURS,
    MARKERS,
    WIDTH,
    Figure,
    evenly,
    legend,
    robust_limits,
    style,
)
from reports.page.intervals import CUT, draw_intervals, holding
from reports.page.svg import tell, to_svg
from reports.page.text import count, level_label, number, of_trial

MOST_POINTS = 40
"""Most seeds drawn of one cell."""
MOST_TICKS = 12
"""Most levels with a tick of their own."""


@dataclass(frozen=True)
class _Frame:
    """Where things are drawn: the levels' places, the groups' offsets, the limits of the values."""

    at: dict[float, float]
    spacing: float
    groups: tuple[str, ...]
    limits: tuple[float, float]

    def x(self, cell: Cell) -> float:
        """Return the place of a cell: its level's, moved aside for its group."""
        middle = (len(self.groups) - 1) / 2
        return self.at[cell.level] + (self.groups.index(cell.group) - middle) * self.spacing

    def seeds(self, cell: Cell) -> list[tuple[float, float]]:
        """Return the points of a cell's seeds, to the left of its mean so that neither hides."""
        left = self.x(cell) - 0.3 * self.spacing
        return [(left, value) for _, value in self._drawn(cell)]

    def tooltips(self, cell: Cell, rows: pd.DataFrame) -> list[str]:
        """Return what the points of a cell's seeds that lie within the limits say."""
        trials = dict(zip(rows["seed"], rows["trial_id"], strict=True))
        return [of_trial(trials[s], s, v) for s, v in self._drawn(cell) if self.holds(v)]

    def _drawn(self, cell: Cell) -> list[tuple[float, float]]:
        """Return seeds and values that are drawn, the least value first."""
        values = cell.values.sort_values(kind="stable")
        points = [*zip(values.index, values, strict=True)]
        return [points[i] for i in evenly(len(points), MOST_POINTS)]

    def holds(self, value: float) -> bool:
        """Whether a value lies within the limits."""
        return self.limits[0] <= value <= self.limits[1]


def draw(grid: Grid, group_profiles: dict[str, Profile]) -> Figure:
    """Draw final values against the axis, one line a group, with the divergence counts below."""
    profiles = [group_profiles[group] for group in grid.groups[: len(COLOURS)]]
    frame = _frame(grid, profiles)
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.7 + 0.2 * len(profiles)), layout="constrained")
        heights = (3.2, 0.17 * len(profiles) + 0.12)
        above, below = canvas.subplots(2, 1, sharex=True, height_ratios=heights)
        for place, profile in enumerate(profiles):
            _draw_group(above, grid, profile, frame, place)
            _write_counts(below, profile, frame, place)
        _mark_outside(above, profiles, frame)
        _dress_values(above, grid, frame)
        _dress_counts(below, grid, frame)
        legend(canvas, frame.groups)
        svg = to_svg(canvas, "stability")
    return Figure(
        "stability", svg, _alt(grid, profiles), _caption(grid, profiles, frame), _data(profiles)
    )


def _frame(grid: Grid, profiles: list[Profile]) -> _Frame:
    """Place the levels, logarithmically if all are positive."""
    groups = [profile.group for profile in profiles]
    levels = np.array(grid.levels)
    logarithmic = len(levels) > 1 and (levels > 0).all()
    places = np.log10(levels) if logarithmic else np.arange(len(levels), dtype=float)
    gap = float(np.diff(places).min()) if len(places) > 1 else 1.0
    at = dict(zip(grid.levels, places.tolist(), strict=True))
    limits = robust_limits(grid.rows["value"].to_numpy())
    cells = [cell.mean for profile in profiles for cell in profile.cells]
    inside = [mean for mean in cells if limits[0] <= mean.value <= limits[1]]
    limits = holding(limits, [mean.low for mean in inside], [mean.high for mean in inside])
    return _Frame(at, min(gap, 1.0) * 0.5 / max(len(groups), 2), tuple(groups), limits)


def _draw_group(axes: Axes, grid: Grid, profile: Profile, frame: _Frame, place: int) -> None:
    colour, marker = COLOURS[place], MARKERS[place]
    cells = [cell for cell in profile.cells if len(cell.values)]
    seeds = [point for cell in cells for point in frame.seeds(cell) if frame.holds(point[1])]
    small: dict[str, Any] = {"markersize": 3.5, "alpha": 0.5, "markeredgewidth": 0}
    (marks,) = axes.plot(*np.reshape(seeds, (-1, 2)).T, marker, color=colour, **small)
    tell(
        marks,
        [t for cell in cells for t in frame.tooltips(cell, grid.cell(cell.group, cell.level))],
    )
    if all(len(cell.values) == 1 for cell in cells):
        return
    x = np.array([frame.x(cell) for cell in cells])
    mean, low, high = np.array([(c.mean.value, c.mean.low, c.mean.high) for c in cells]).T
    outside = [not frame.holds(value) for value in mean]
    mean, low, high = (np.where(outside, np.nan, part) for part in (mean, low, high))
    axes.plot(x, mean, color=colour, linewidth=1.3)
    draw_intervals(axes, x, low, high, frame.limits, colour=colour, width=1.3)
    stable = np.array([cell.stable for cell in cells])
    for mask, fill in ((stable, colour), (~stable, "white")):
        large: dict[str, Any] = {"markersize": 6, "markerfacecolor": fill, "zorder": 4}
        axes.plot(x[mask], mean[mask], marker, color=colour, **large)


def _mark_outside(axes: Axes, profiles: list[Profile], frame: _Frame) -> None:
    """Draw what lies beyond the limits as arrows at the edge, with the value that lies farthest."""
    bottom, top = frame.limits
    for place, profile in enumerate(profiles):
        for cell in profile.cells:
            beyond = [point for point in frame.seeds(cell) if not frame.holds(point[1])]
            for x, value in beyond:
                edge, marker = (bottom, "v") if value < bottom else (top, "^")
                look: dict[str, Any] = {"color": COLOURS[place], "clip_on": False, "zorder": 5}
                axes.plot(x, edge, marker, markersize=6, **look)
            if beyond and len(frame.at) <= MOST_TICKS:
                x, value = max(beyond, key=lambda point: abs(point[1]))
                text = f"{len(beyond)}, to {number(value)}" if len(beyond) > 1 else number(value)
                up = 4 + 9 * place if value < bottom else -12 - 9 * place
                look = {"color": COLOURS[place], "fontsize": 7.5, "ha": "center"}
                edge = bottom if value < bottom else top
                axes.annotate(text, (x, edge), (0, up), textcoords="offset points", **look)


def _write_counts(axes: Axes, profile: Profile, frame: _Frame, place: int) -> None:
    """Write diverged / ended for each cell, as the numbers at risk under a survival curve."""
    if len(frame.at) > MOST_TICKS:
        diverged = [frame.at[c.level] for c in profile.cells if c.counts["diverged"]]
        axes.plot(diverged, [place] * len(diverged), "x", color=COLOURS[place], markersize=4)
        return
    for cell in profile.cells:
        k = cell.counts["diverged"]
        dagger = "†" if cell.ended < cell.counts["planned"] else ""
        look: dict[str, Any] = {"color": "#767676"}
        if k:
            look = {"color": COLOURS[place], "fontweight": "bold"}
        text = f"{'× ' if k else ''}{k}/{cell.ended}{dagger}"
        axes.text(frame.at[cell.level], place, text, ha="center", va="center", fontsize=8.5, **look)


def _dress_values(axes: Axes, grid: Grid, frame: _Frame) -> None:
    axes.set_ylim(*frame.limits)
    axes.set_ylabel(f"final test {grid.outcome.titled}")
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    places = list(frame.at.values())
    margin = 0.45 * (min(np.diff(places)) if len(places) > 1 else 1.0)
    axes.set_xlim(min(places, default=0) - margin, max(places, default=0) + margin)


def _dress_counts(axes: Axes, grid: Grid, frame: _Frame) -> None:
    axes.set_ylim(len(frame.groups) - 0.4, -0.6)
    axes.set_yticks(range(len(frame.groups)), frame.groups)
    for label, colour in zip(axes.get_yticklabels(), COLOURS, strict=False):
        label.set_color(colour)
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title("diverged / ended", fontsize=8.5, loc="left", color="#555555", pad=2)
    ticks = [grid.levels[i] for i in evenly(len(grid.levels), MOST_TICKS)]
    labels = [level_label(level) if grid.axis else "" for level in ticks]
    axes.set_xticks([frame.at[level] for level in ticks], labels)
    axes.set_xlabel(grid.axis_name)


def _caption(grid: Grid, profiles: list[Profile], frame: _Frame) -> str:
    outcome = grid.outcome
    parts = [
        f"Final test {outcome.label} ({outcome.better} is better) against "
        f"{grid.axis_name or 'configuration'}, one line a {grid.group_name}. Small marks are "
        "seeds, large marks their mean, bars its 95 % interval (Student's t)"
        "; a hollow mark is the mean of the survivors where some trial of the cell did "
        "not finish. Below: diverged trials among those that ended with a value or diverged."
    ]
    cells = [cell for profile in profiles for cell in profile.cells]
    if any(cell.ended < cell.counts["planned"] for cell in cells):
        parts.append("† some planned trials are missing, failed, were pruned or have no value.")
    low, high = frame.limits
    if any(
        frame.holds(m.value) and (m.low < low or m.high > high) for m in (c.mean for c in cells)
    ):
        parts.append(CUT)
    outside = sum(not frame.holds(value) for cell in cells for value in cell.values)
    if outside:
        parts.append(
            f"{count(outside, 'value')} outside the frame: triangles at its edge, with the "
            "farthest value of the cell; a mean outside it breaks its line."
        )
    if any(len(cell.values) > MOST_POINTS for cell in cells):
        parts.append(f"At most {MOST_POINTS} seeds of a cell are drawn; means use all of them.")
    if len(profiles) < len(grid.groups):
        parts.append(f"The first {len(profiles)} of {len(grid.groups)} groups are drawn.")
    return " ".join(parts)


def _alt(grid: Grid, profiles: list[Profile]) -> str:
    summaries = [
        f"{profile.group}: best mean {number(profile.best.mean.value)}{grid.at(profile.best.level)}"
        if profile.best
        else f"{profile.group}: no stable cell"
        for profile in profiles
    ]
    return f"Final test {grid.outcome.label} against {grid.axis_name}. {'; '.join(summaries)}."


def _data(profiles: list[Profile]) -> pd.DataFrame:
    """One row a seed with a value, one for a cell without any; counts repeat within a cell."""
    rows: list[dict[str, Any]] = []
    for cell in (cell for profile in profiles for cell in profile.cells):
        mean = {"mean": cell.mean.value, "low": cell.mean.low, "high": cell.mean.high}
        shared = {"group": cell.group, "level": cell.level, **mean, **cell.counts}
        seeds = list(cell.values.items()) or [(np.nan, np.nan)]
        rows += [shared | {"seed": seed, "value": value} for seed, value in seeds]
    return pd.DataFrame(rows)
