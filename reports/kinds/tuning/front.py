"""The Pareto front of a search with several objectives, as Optuna draws it."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import optuna
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from optuna.visualization import matplotlib as plots

from reports.kinds.tuning.optuna_style import (
    GRID,
    LOST,
    drawing,
    legend_above,
    points,
    restyle,
    ring,
)
from reports.kinds.tuning.search import Configuration, Search
from reports.kinds.tuning.study import front
from reports.kinds.tuning.tables import configurations_frame
from reports.kinds.tuning.tooltips import tell_configurations
from reports.layout.outcome import Outcome
from reports.page.figure import COLOURS, Figure, robust_limits, style
from reports.page.svg import to_svg
from reports.page.text import count

LOOKS = {
    "Infeasible Trial": (LOST, "violates a constraint", 14),
    "Trial": (COLOURS[5], "dominated", 18),
    "Feasible Trial": (COLOURS[5], "dominated", 18),
    "Best Trial": (COLOURS[1], "Pareto front", 26),
}
"""Colour, name and size of Optuna's groups of points."""


def draw_fronts(search: Search, study: optuna.Study) -> list[Figure]:
    """Draw each pair of objectives against each other."""
    pairs = combinations(range(len(search.objectives)), 2)
    return [_draw(search, study, x, y) for x, y in pairs] if search.valued else []


def _draw(search: Search, study: optuna.Study, x: int, y: int) -> Figure:
    one, other = search.objectives[x], search.objectives[y]
    name = f"front-{one.name}-{other.name}"
    with drawing():
        optuna_axes = plots.plot_pareto_front(
            study,
            target_names=[one.titled, other.titled],
            targets=lambda trial: (trial.values[x], trial.values[y]),
        )
        with style():
            canvas, (axes,) = restyle(optuna_axes, 3.4)
            handles, groups = [], list(axes.collections)
            for group in groups:
                colour, label, size = LOOKS[str(group.get_label())]
                group.set(color=colour, sizes=[size])
                handles.append(points(label, colour=colour))
            if search.default and search.default.status == "ok":
                at = [search.default.mean(objective).value for objective in (one, other)]
                handles.append(ring(axes, *at))
            if len(search.objectives) == 2:
                _stairs(axes, search, front(search, study))
            beyond = _frame(axes, search, one, other)
            for group in groups:
                _tell_inside(axes, group, search, (one, other))
            axes.set_xlabel(f"test {one.titled} {one.arrow_along}")
            axes.set_ylabel(f"test {other.titled} {other.arrow}")
            axes.grid(**GRID)
            legend_above(canvas, handles)
            svg = to_svg(canvas, name)
    caption = (
        f"Mean test {one.label} and {other.label} of each configuration with a value; arrows point "
        "to the better side. The front is that of all objectives and constraints together."
    )
    caption += f" {count(beyond, 'configuration')} outside the frame." if beyond else ""
    alt = f"Test {other.label} against test {one.label} with the Pareto front."
    return Figure(name, svg, alt, caption, configurations_frame(search))


def _stairs(axes: Axes, search: Search, best: Sequence[Configuration]) -> None:
    """Draw the Pareto front as a staircase, the border of the attained region."""
    one, other = search.objectives
    at = np.array(sorted((c.mean(one).value, c.mean(other).value) for c in best)).reshape(-1, 2)
    steps = "steps-pre" if one.higher_is_better else "steps-post"
    axes.plot(*at.T, color=COLOURS[1], linewidth=0.8, drawstyle=steps, zorder=0.8)


def _frame(axes: Axes, search: Search, one: Outcome, other: Outcome) -> int:
    """Set limits that hold all but far outliers; return how many configurations lie beyond."""
    means = np.array([[c.mean(o).value for o in (one, other)] for c in search.valued])
    limits = [robust_limits(column) for column in means.T]
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
    low, high = np.transpose(limits)
    return int(((means < low) | (means > high)).any(axis=1).sum())


def _tell_inside(
    axes: Axes, group: Collection, search: Search, pair: tuple[Outcome, Outcome]
) -> None:
    """Drop a group's points beyond the frame, and name the others in tooltips."""
    at = np.asarray(group.get_offsets(), dtype=float)
    (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
    inside = (at >= (left, low)).all(axis=1) & (at <= (right, high)).all(axis=1)
    group.set_offsets(at[inside])
    tell_configurations(group, search, lambda c: [c.mean(objective).value for objective in pair])
