"""The Pareto front of a search with several objectives, as Optuna draws it."""

from itertools import combinations

import numpy as np
import optuna
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from optuna.visualization import matplotlib as plots

from reports.figures import COLOURS, Figure, robust_limits, style, to_svg
from reports.outcome import Outcome
from reports.text import count
from reports.tuning_canvas import INK, LOST, drawing, restyle
from reports.tuning_search import Search
from reports.tuning_tables import configurations_frame

LOOKS = {
    "Infeasible Trial": (LOST, "misses a bound", 14),
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
        drawn = plots.plot_pareto_front(
            study,
            target_names=[one.titled, other.titled],
            targets=lambda trial: (trial.values[x], trial.values[y]),
        )
        with style():
            canvas, (axes,) = restyle(drawn, 3.4)
            handles = []
            for points in axes.collections:
                colour, label, size = LOOKS[points.get_label()]
                points.set(color=colour, sizes=[size])
                handles.append(
                    Line2D([], [], color=colour, marker="o", linestyle="", ms=5, label=label)
                )
            if search.default and search.default.status == "ok":
                at = [[search.default.mean(o).value] for o in (one, other)]
                ring = {"marker": "o", "ms": 8, "fillstyle": "none", "color": INK, "linestyle": ""}
                axes.plot(*at, **ring)
                handles.append(Line2D([], [], label="default", **ring))
            beyond = _frame(axes, search, one, other)
            axes.set_xlabel(f"test {one.titled} {one.arrow_along}")
            axes.set_ylabel(f"test {other.titled} {other.arrow}")
            axes.grid(True)
            canvas.legend(
                handles=handles, loc="outside upper left", ncols=4, borderaxespad=0.2, fontsize=8.5
            )
            svg = to_svg(canvas, name)
    caption = (
        f"Mean test {one.label} and {other.label} of each configuration with a value; arrows point "
        "to the better side. The front is that of all objectives and bounds together."
    )
    caption += f" {count(beyond, 'configuration')} outside the frame." if beyond else ""
    alt = f"Test {other.label} against test {one.label} with the Pareto front."
    return Figure(name, svg, alt, caption, configurations_frame(search))


def _frame(axes: Axes, search: Search, one: Outcome, other: Outcome) -> int:
    """Set limits that hold all but far outliers; return how many configurations lie beyond."""
    means = np.array([[c.mean(o).value for o in (one, other)] for c in search.valued])
    limits = [robust_limits(column) for column in means.T]
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
    low, high = np.transpose(limits)
    return int(((means < low) | (means > high)).any(axis=1).sum())
