"""The history of a search: each configuration in the order suggested, and the best so far."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from optuna.visualization import matplotlib as plots

from reports.figures.curves import whole_numbers
from reports.kinds.tuning.objective_view import View
from reports.kinds.tuning.optuna_style import (
    GRID,
    LOST,
    STATUS_MARKS,
    drawing,
    legend_above,
    points,
    restyle,
    ring,
)
from reports.kinds.tuning.search import Search
from reports.page.figure import COLOURS, Figure, style
from reports.page.svg import tell
from reports.page.text import count, number


def history(view: View) -> Figure:
    """Draw each configuration's value; those without one are marked at the edge."""
    objective, search = view.objective, view.search
    with drawing():
        optuna_axes = plots.plot_optimization_history(
            view.study, target=view.target, target_name=view.titled
        )
        with style():
            canvas, (axes,) = restyle(optuna_axes, 3.0)
            handles = _points(axes, search)
            for line in axes.lines:
                line.set(drawstyle="steps-post", color=COLOURS[0], alpha=1, linewidth=1.2)
                handles.append(Line2D([], [], color=COLOURS[0], linewidth=1.2, label="best so far"))
            if search.default and search.default.status == "ok":
                default = search.default.mean(objective).value
                handles.append(ring(axes, search.default.number, default))
            handles += _mark_without_value(axes, search, objective.sign)
            axes.set_xlabel(f"configuration, {search.order}")
            axes.xaxis.set_major_locator(whole_numbers())
            axes.set_xlim(-1, len(search.configurations))
            axes.set_ylim(*view.limits)
            axes.grid(axis="y", **GRID)
            legend_above(canvas, handles)
            caption = (
                f"History of the search: mean test {objective.label} over seeds of each "
                f"configuration, {objective.better} is better.{view.beyond}"
            )
            if len(view.values) < len(search.configurations):
                caption += " Configurations without a value are marked at the edge."
            alt = f"Test {objective.label} of {count(len(view.values), 'configuration')}"
            if best := search.best(objective):
                alt += f"; best {number(best.mean(objective).value)} at number {best.number}"
            return view.figure("history", canvas, f"{alt}.", caption)


def _points(axes: Axes, search: Search) -> list[Line2D]:
    """Style Optuna's two groups of points; return their entries of the legend."""
    feasible, infeasible = axes.collections
    feasible.set(color=COLOURS[0], sizes=[16])
    infeasible.set(color=LOST, sizes=[16])
    for group in (feasible, infeasible):
        tell(
            group,
            [
                search.tooltip(int(number))
                for number in np.asarray(group.get_offsets(), dtype=float)[:, 0]
            ],
        )
    if not search.constraints:
        return [points("has a value", colour=COLOURS[0])]
    return [
        points("meets all constraints", colour=COLOURS[0]),
        points("violates a constraint", colour=LOST),
    ]


def _mark_without_value(axes: Axes, search: Search, sign: int) -> list[Line2D]:
    """Mark configurations without a value at the worse edge; return their legend's entries."""
    handles = []
    for status, (marker, colour) in STATUS_MARKS.items():
        numbers = [c.number for c in search.configurations if c.status == status]
        height = np.full(len(numbers), 0.03 if sign > 0 else 0.97)
        edge = axes.get_xaxis_transform()
        axes.plot(numbers, height, marker, color=colour, markersize=6, transform=edge)
        handles += [points(status, marker, colour, 6)] if numbers else []
    return handles
