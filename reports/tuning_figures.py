"""Optuna's figures of one objective: history, importance, slices, contour, coordinates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.visualization import matplotlib as plots

from reports.figures import COLOURS, Figure, style, to_svg
from reports.outcome import Outcome
from reports.page import Part
from reports.statistics import SEED, Floats
from reports.text import count, number, words
from reports.tuning_axes import Axis
from reports.tuning_canvas import INK, LOST, STATUS_MARKS, drawing, frame, restyle, unquoted
from reports.tuning_search import Search
from reports.tuning_tables import configurations_frame

FEWEST = 4
"""Fewest configurations with a value from which importances are estimated."""
SLICES = 4
"""Most axes side by side in one figure of slices."""


@dataclass(frozen=True)
class View:
    """One objective of a search, as Optuna's figures take it."""

    search: Search
    study: optuna.Study
    place: int

    @property
    def objective(self) -> Outcome:
        """The objective."""
        return self.search.objectives[self.place]

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of every plot: of several objectives the one to draw."""
        several = len(self.search.objectives) > 1
        target: Callable[[Any], float] | None = (
            (lambda trial: float(trial.values[self.place])) if several else None
        )
        return {"target": target, "target_name": f"test {self.objective.titled}"}

    @property
    def values(self) -> Floats:
        """Means of the configurations that have one."""
        return np.array([c.mean(self.objective).value for c in self.search.valued])

    @property
    def axes(self) -> list[Axis]:
        """The axes on which configurations with a value differ."""
        finished = [trial.params for trial in self.study.trials if trial.values]
        differing = []
        for axis in self.search.axes:
            found = {params[axis.label] for params in finished if axis.label in params}
            differing += [axis] if len(found) > 1 else []
        return differing

    def figure(self, kind: str, canvas: Canvas, alt: str, caption: str) -> Figure:
        """Finish a figure; its data are all configurations."""
        name = f"{kind}-{self.objective.name}"
        return Figure(name, to_svg(canvas, name), alt, caption, configurations_frame(self.search))


def figures(search: Search, study: optuna.Study, place: int) -> list[Part]:
    """Draw everything of one objective, or say why it cannot be drawn."""
    view = View(search, study, place)
    if not search.valued:
        return [_sentence("No configuration has a value yet, so there is nothing to draw.")]
    parts: list[Part] = [history(view)]
    if not view.axes:
        return [*parts, _sentence("The configurations with a value do not differ on any axis.")]
    shares = importances(view)
    if isinstance(shares, str):
        parts.append(_sentence(shares))
        ranked = view.axes
    else:
        parts.append(importance_figure(view, shares))
        ranked = sorted(view.axes, key=lambda axis: -shares.get(axis.label, 0.0))
    parts += [
        slices(view, ranked[start : start + SLICES], start)
        for start in range(0, len(ranked), SLICES)
    ]
    numeric = [axis for axis in ranked if axis.kind != "categorical"]
    if len(numeric) > 1:
        parts.append(contour(view, numeric[0], numeric[1]))
    else:
        parts.append(_sentence("A contour needs two numeric axes with several values each."))
    return parts


def history(view: View) -> Figure:
    """Draw each configuration's value in the order suggested, and the best so far."""
    objective, search = view.objective, view.search
    with drawing():
        drawn = plots.plot_optimization_history(view.study, **view.arguments)
        with style():
            canvas, (axes,) = restyle(drawn, 3.0)
            feasible, infeasible = axes.collections
            feasible.set(color=COLOURS[0], sizes=[16])
            infeasible.set(color=LOST, sizes=[16])
            handles = [_dot(COLOURS[0], "has a value")]
            if search.constraints:
                handles = [_dot(COLOURS[0], "keeps all bounds"), _dot(LOST, "misses a bound")]
            for line in axes.lines:
                line.set(drawstyle="steps-post", color=COLOURS[0], alpha=1, linewidth=1.2)
                handles.append(Line2D([], [], color=COLOURS[0], linewidth=1.2, label="best so far"))
            beyond = frame(axes, view.values)
            handles += [*_default_ring(axes, view), *_lost(axes, search, objective.sign)]
            axes.set_xlabel("configuration, in the order suggested")
            axes.set_xlim(-1, len(search.configurations))
            axes.grid(axis="y")
            canvas.legend(
                handles=handles, loc="outside upper left", ncols=4, borderaxespad=0.2, fontsize=8.5
            )
            caption = (
                f"History of the search: mean test {objective.label} over seeds of each "
                f"configuration, {objective.better} is better. Configurations without a value are "
                f"marked at the edge.{_beyond(beyond)}"
            )
            best = search.best(objective)
            alt = f"Test {objective.label} of {count(len(view.values), 'configuration')}"
            if best:
                alt += f"; best {number(best.mean(objective).value)} at number {best.number}"
            return view.figure("history", canvas, f"{alt}.", caption)


def importances(view: View) -> dict[str, float] | str:
    """Return each axis' share of the explained variance, or why there is none."""
    values = view.values
    if len(values) < FEWEST:
        return (
            f"Importances need at least {FEWEST} configurations with a value; "
            f"there {'is' if len(values) == 1 else 'are'} {len(values)}."
        )
    if np.ptp(values) == 0:
        return "All configurations have the same value, so no axis matters."
    if len(view.axes) < 2:
        return f"Only {view.axes[0].label} was varied, so all differences are its own."
    evaluator = FanovaImportanceEvaluator(seed=SEED)
    target = view.arguments["target"]
    found: dict[str, float] = get_param_importances(view.study, evaluator=evaluator, target=target)
    if not any(np.isfinite(share) and share > 0 for share in found.values()):
        return "No axis explains any of the differences between configurations."
    return found


def importance_figure(view: View, shares: dict[str, float]) -> Figure:
    """Draw the importances as bars."""
    caption = (
        f"Importance of each axis for test {view.objective.label}: the share of the variance that "
        "a random forest fitted to the configurations with a value attributes to it alone "
        "(functional ANOVA: Hutter, Hoos and Leyton-Brown, 2014), scaled to a sum of 1."
    )
    if lacking := [axis.label for axis in view.axes if axis.label not in shares]:
        caption += f" Not every method has {words(lacking)}, which therefore has none."
    with drawing():
        drawn = plots.plot_param_importances(
            view.study, FanovaImportanceEvaluator(seed=SEED), **view.arguments
        )
        with style():
            canvas, (axes,) = restyle(drawn, 0.7 + 0.32 * len(shares))
            for bar in axes.patches:
                bar.set(facecolor=COLOURS[0], height=0.55)
                bar.set_y(round(bar.get_y() + bar.get_height() / 2) - 0.275)
            for text in axes.texts:
                text.set(fontsize=8.5, color=INK)
            axes.set(xlabel="importance", ylabel="")
            axes.set_xlim(0, 1.12 * max(shares.values()))
            told = "; ".join(f"{label} {share:.2f}" for label, share in shares.items())
            return view.figure("importance", canvas, f"Importances: {told}.", caption)


def slices(view: View, axes: list[Axis], start: int) -> Figure:
    """Draw the value against each of these axes."""
    labels = [axis.label for axis in axes]
    by_label = {axis.label: axis for axis in axes}
    with drawing():
        drawn = plots.plot_slice(view.study, labels, **view.arguments)
        with style():
            canvas, panels = restyle(drawn, 2.7)
            for panel in panels:
                for points in panel.collections:
                    points.set(sizes=[20], linewidth=0.4, edgecolor="#555555")
                panel.collections[0].set_cmap("viridis_r")
                panel.grid(axis="y")
                axis = by_label[panel.get_xlabel()]
                if axis.kind == "categorical":
                    unquoted(panel, axis.choices)
            beyond = frame(panels[0], view.values)
            _colour_bar(canvas, "configuration")
            bounded = " Grey: a bound is missed." if view.search.constraints else ""
            caption = (
                f"Test {view.objective.label} against each axis, over all others; the colour is "
                f"the place in the order suggested.{bounded}{_beyond(beyond)}"
            )
            alt = f"Test {view.objective.label} against {', '.join(labels)}."
            return view.figure(f"slices{start or ''}", canvas, alt, caption)


def contour(view: View, one: Axis, other: Axis) -> Figure:
    """Draw the value over two axes."""
    with drawing():
        drawn = plots.plot_contour(view.study, [one.label, other.label], **view.arguments)
        with style():
            canvas, (axes,) = restyle(drawn, 3.6)
            lines, filled, *points = axes.collections
            lines.set(linewidth=0.3, edgecolor="#ffffff")
            filled.set_cmap("viridis" if view.objective.higher_is_better else "viridis_r")
            for some, colour in zip(points, ("#000000", "#ffffff"), strict=True):
                some.set(sizes=[14], linewidth=0.6, edgecolor="#000000", facecolor=colour)
            _colour_bar(canvas, f"test {view.objective.titled}")
            bounded = " Open points miss a bound." if view.search.constraints else ""
            caption = (
                f"Test {view.objective.label} over the two numeric axes that matter most, "
                "interpolated between the configurations (points) and not corrected for the other "
                f"axes.{bounded}"
            )
            alt = f"Contours of test {view.objective.label} over {one.label} and {other.label}."
            return view.figure("contour", canvas, alt, caption)


def _colour_bar(canvas: Canvas, label: str) -> None:
    bar = canvas.axes[-1]
    bar.set_ylabel(label, size=9.5, color=INK)
    bar.tick_params(labelsize=8, width=0.6, length=3)


def _dot(colour: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker="o", linestyle="", markersize=4, label=label)


def _default_ring(axes: Axes, view: View) -> list[Line2D]:
    """Ring the default, if it has a value; return its entry of the legend."""
    default = view.search.default
    if default is None or default.status != "ok":
        return []
    ring = {"marker": "o", "markersize": 8, "fillstyle": "none", "color": INK, "linestyle": ""}
    axes.plot([default.number], [default.mean(view.objective).value], **ring)
    return [Line2D([], [], label="default", **ring)]


def _lost(axes: Axes, search: Search, sign: int) -> list[Line2D]:
    """Mark configurations without a value at the worse edge; return their legend's entries."""
    handles = []
    for status, (marker, colour) in STATUS_MARKS.items():
        numbers = [c.number for c in search.configurations if c.status == status]
        if not numbers:
            continue
        look = {"marker": marker, "color": colour, "linestyle": "", "markersize": 6}
        height = np.full(len(numbers), 0.03 if sign > 0 else 0.97)
        axes.plot(numbers, height, transform=axes.get_xaxis_transform(), **look)
        handles.append(Line2D([], [], label=status, **look))
    return handles


def _beyond(n: int) -> str:
    return f" {count(n, 'value')} outside the frame." if n else ""


def _sentence(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text)
