"""Optuna's figures of one objective against the axes: importance, slices, contour, coordinates."""

from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from optuna.importance import BaseImportanceEvaluator
from optuna.visualization import matplotlib as plots

from reports.figures.curves import whole_numbers
from reports.kinds.tuning.axes import Axis
from reports.kinds.tuning.objective_view import View
from reports.kinds.tuning.optuna_style import GRID, drawing, name_choices, restyle
from reports.kinds.tuning.tooltips import tell_configurations
from reports.page.figure import COLOURS, Figure, style
from reports.page.svg import INK, PAPER
from reports.page.text import words
from reports.page.ticks import tick_log

BROADEST = 14
"""Characters of an axis' name on one line, where several axes are side by side."""
ENOUGH = 20
"""Configurations from which on importances and contours need no caveat."""


class _PrecomputedImportances(BaseImportanceEvaluator):
    """An evaluator that returns importances estimated before, since estimating can take long."""

    def __init__(self, shares: dict[str, float]) -> None:
        self.shares = shares

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        return self.shares


def importance_figure(view: View, shares: dict[str, float]) -> Figure:
    """Draw the importances as bars."""
    caption = (
        f"Importance of each axis for test {view.objective.label}: the share of the variance that "
        "a random forest fitted to the configurations with a value attributes to it alone "
        "(functional ANOVA: Hutter, Hoos and Leyton-Brown, 2014), scaled to a sum of 1."
        f"{_caveat(view)}"
    )
    if lacking := [axis.label for axis in view.axes if axis.label not in shares]:
        caption += f" Not every method has {words(lacking)}, which therefore has none."
    with drawing():
        optuna_axes = plots.plot_param_importances(
            view.study, _PrecomputedImportances(shares), target=view.target, target_name=view.titled
        )
        with style():
            canvas, (axes,) = restyle(optuna_axes, 0.7 + 0.3 * len(shares))
            for bar in axes.patches:
                assert isinstance(bar, Rectangle)
                bar.set(facecolor=COLOURS[0], y=bar.get_y() + bar.get_height() / 2 - 0.275)
                bar.set_height(0.55)
            for text in axes.texts:
                text.set(text=f" {text.get_text()}", fontsize=8.5, color=INK)
            axes.set(xlabel="importance", ylabel="", xlim=(0, 1.12 * max(shares.values())))
            summary = "; ".join(f"{label} {share:.2f}" for label, share in shares.items())
            return view.figure("importance", canvas, f"Importances: {summary}.", caption)


def slices(view: View, axes: list[Axis], start: int) -> Figure:
    """Draw the value against each of these axes."""
    by_label = {axis.label: axis for axis in axes}
    with drawing():
        optuna_axes = plots.plot_slice(
            view.study, [*by_label], target=view.framed, target_name=view.titled
        )
        with style():
            canvas, panels = restyle(optuna_axes, 2.7)
            for panel in panels:
                for group in panel.collections:
                    group.set(sizes=[20], linewidth=0.4, edgecolor="#555555")
                    tell_configurations(
                        group, view.search, lambda c: [c.mean(view.objective).value]
                    )
                panel.collections[0].set_cmap("viridis_r")
                panel.grid(axis="y", **GRID)
                axis = by_label[panel.get_xlabel()]
                if axis.kind == "categorical":
                    name_choices(panel, axis.choices)
                _tick(panel.xaxis, axis, 6 - len(axes))
                panel.set_xlabel(fill(axis.label, BROADEST, break_long_words=False))
            panels[0].set_ylim(*view.limits)
            _colour_bar(canvas, "configuration", whole_numbers())
            bounded = " Grey: a constraint is violated." if view.search.constraints else ""
            caption = (
                f"Test {view.objective.label} against each axis, over all others; the colour is "
                f"the place {view.search.order}.{bounded}{view.beyond}"
            )
            alt = f"Test {view.objective.label} against {words([*by_label])}."
            return view.figure(f"slices{start or ''}", canvas, alt, caption)


def contour(view: View, one: Axis, other: Axis) -> Figure:
    """Draw the value over two axes."""
    with drawing():
        optuna_axes = plots.plot_contour(
            view.study, [one.label, other.label], target=view.framed, target_name=view.titled
        )
        with style():
            canvas, (axes,) = restyle(optuna_axes, 3.6)
            by_label = {axis.label: axis for axis in (one, other)}
            along = [by_label[side.get_label_text()] for side in (axes.xaxis, axes.yaxis)]
            lines, filled, *groups = axes.collections
            lines.set(linewidth=0.3, edgecolor="#ffffff")
            filled.set_cmap("viridis" if view.objective.higher_is_better else "viridis_r")
            for group, colour in zip(groups, (INK, "#ffffff"), strict=True):
                group.set(sizes=[14], linewidth=0.6, edgecolor=INK, facecolor=colour)
                tell_configurations(
                    group, view.search, lambda c: [c.values.get(a.key, np.nan) for a in along]
                )
            _colour_bar(canvas, view.titled, MaxNLocator(6))
            _tick(axes.xaxis, along[0])
            _tick(axes.yaxis, along[1])
            bounded = " Open points violate a constraint." if view.search.constraints else ""
            caption = (
                f"Test {view.objective.label} over the two numeric axes that matter most, "
                "interpolated between the configurations (points) and not corrected for the other "
                f"axes.{_caveat(view)}{bounded}{view.beyond}"
            )
            alt = f"Contours of test {view.objective.label} over {one.label} and {other.label}."
            return view.figure("contour", canvas, alt, caption)


def coordinates(view: View) -> Figure:
    """Draw each configuration as a line through all axes."""
    ordered = sorted(view.axes, key=lambda axis: axis.label)  # as Optuna has them
    labels = [axis.label for axis in ordered]
    with drawing():
        optuna_axes = plots.plot_parallel_coordinate(
            view.study, labels, target=view.framed, target_name=view.titled
        )
        with style():
            canvas, (axes,) = restyle(optuna_axes, 3.4)
            (lines,) = axes.collections
            if lines.colorbar:  # it would only repeat the first axis
                lines.colorbar.remove()
            lines.set(cmap="viridis" if view.objective.higher_is_better else "viridis_r")
            lines.set(linewidth=1.0, alpha=0.85)
            for each, axis in zip(canvas.axes[1:], ordered, strict=True):
                _tick(each.yaxis, axis)
            for each in canvas.axes:
                each.spines["right"].set_visible(each is not axes)
                each.spines["bottom"].set_visible(False)
                for tick in each.get_yticklabels():  # lines run behind them
                    tick.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 0.8})
            names = [
                fill(name, BROADEST, break_long_words=False) for name in (view.titled, *labels)
            ]
            axes.set_xticks(range(len(names)), names, rotation=0)
            axes.tick_params(axis="x", length=0, pad=8)
            bounded = " Dotted lines violate a constraint." if view.search.constraints else ""
            caption = (
                f"Every configuration with a value as a line through all axes, coloured by test "
                f"{view.objective.label} (yellow is best).{bounded}{view.beyond}"
            )
            alt = f"Parallel coordinates of {words([view.titled, *labels])}."
            return view.figure("coordinates", canvas, alt, caption)


def _tick(side: XAxis | YAxis, axis: Axis, most: int = 5) -> None:
    """Put no ticks between whole numbers, and few along a logarithmic axis."""
    if axis.kind == "int" and not axis.log:
        side.set_major_locator(whole_numbers())
    elif side.get_scale() == "log":
        tick_log(side, most)


def _caveat(view: View) -> str:
    """Return what must be said of an estimate from few configurations."""
    n = len(view.values)
    if n >= ENOUGH:
        return ""
    return f" Estimated from {n} configurations: with fewer than {ENOUGH}, chance decides much."


def _colour_bar(canvas: Canvas, label: str, ticks: MaxNLocator) -> None:
    """Style the colour bar, which Optuna adds last."""
    bar = canvas.axes[-1]
    bar.set_ylabel(label, size=9.5, color=INK)
    bar.tick_params(labelsize=8, width=0.6, length=3)
    bar.yaxis.set_major_locator(ticks)
