"""The figure of errors over the share of labelled images."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.figures.marks import draw_lines, limits_of, titled
from reports.kinds.supervision.lines import Supervision
from reports.layout.design import Marginal
from reports.page.figure import COLOURS, MARKERS, WIDTH, Figure, remove_unused, style
from reports.page.intervals import CUT
from reports.page.svg import to_svg
from reports.page.text import count, words

_DASHES: tuple[Literal["--", ":"], ...] = ("--", ":")
_GREY = "0.35"


def draw(curves: Sequence[Supervision], name: str) -> Figure:
    """Draw a panel for each error: its lines with every seed, and the errors of guesses."""
    columns = min(2, len(curves))
    n_rows = -(-len(curves) // columns)
    outside, cut = 0, 0
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.0 * n_rows + 0.4), layout="constrained")
        panels = canvas.subplots(n_rows, columns, squeeze=False)
        for axes, curve in zip(panels.flat, curves, strict=False):
            limits = _limits(curve)
            beyond, cut_here = draw_lines(axes, curve.along, curve.lines, limits)
            outside, cut = outside + beyond, cut + cut_here
            _draw_chance(axes, curve)
            axes.set_ylabel(titled(curve.outcome))
        remove_unused(panels, len(curves))
        _legend(canvas, curves)
        svg = to_svg(canvas, name)
    labels = words([curve.outcome.label for curve in curves])
    caption = (
        f"Test {labels} by {curves[0].along.name}. Small marks are seeds, joined by thin lines; "
        "large ones their mean with Student's 95 % interval. A hollow mark is the mean of what is "
        "left where some trial has no value; × k/n: of n trials k diverged."
    )
    if any(curve.chance for curve in curves):
        caption += (
            " Grey: what is reached without a method by a guess from the same labels, the mean of "
            "the labels or the label of the training image that looks most alike."
        )
    if outside:
        caption += f" {count(outside, 'value')} outside the frame: triangles at its edge."
    if cut:
        caption += f" {CUT}"
    alt = f"{labels} against {curves[0].along.name}."
    return Figure(name, svg, alt, caption, _data(curves))


def _limits(curve: Supervision) -> tuple[float, float]:
    """Return limits that hold the lines and the guesses."""
    low, high = limits_of(curve.lines)
    means = [m.mean.value for marginals in curve.chance.values() for m in marginals]
    known = [value for value in means if np.isfinite(value)]
    if not known:
        return low, high
    room = 0.05 * (max(high, *known) - min(low, *known))
    return min(low, min(known) - room), max(high, max(known) + room)


def _draw_chance(axes: Axes, curve: Supervision) -> None:
    for dashes, marginals in zip(_DASHES, curve.chance.values(), strict=False):
        means = [marginal.mean.value for marginal in marginals]
        axes.plot(curve.along.places, means, dashes, color=_GREY, linewidth=1.3, zorder=2)


def _legend(canvas: Canvas, curves: Sequence[Supervision]) -> None:
    lines = zip(COLOURS, MARKERS, curves[0].lines, strict=False)
    look: dict[str, Any] = {"markersize": 4.5, "linewidth": 1.2}
    handles = [Line2D([], [], color=c, marker=m, label=line.label, **look) for c, m, line in lines]
    chance = next((curve.chance for curve in curves if curve.chance), {})
    handles += [
        Line2D([], [], color=_GREY, linestyle=dashes, label=called)
        for dashes, called in zip(_DASHES, chance, strict=False)
    ]
    canvas.legend(handles=handles, loc="outside upper left", ncols=min(3, len(handles)), fontsize=8)


def _data(curves: Sequence[Supervision]) -> pd.DataFrame:
    """One row a seed at a level of a line, and one a guess at a level; means repeat."""
    rows: list[dict[str, Any]] = []
    for curve in curves:
        lines = [(line.label, line.marginals) for line in curve.lines]
        for label, marginals in [*lines, *curve.chance.items()]:
            for level, marginal in zip(curve.along.levels, marginals, strict=True):
                rows += _rows(curve, label, level, marginal)
    return pd.DataFrame(rows)


def _rows(curve: Supervision, label: str, level: Any, marginal: Marginal) -> list[dict[str, Any]]:
    mean = marginal.mean
    shared = {
        "metric": curve.outcome.name,
        "line": label,
        curve.along.key: level,
        "mean": mean.value,
        "low": mean.low,
        "high": mean.high,
        "n": mean.n,
    }
    seeds = list(marginal.values.items()) or [(np.nan, np.nan)]
    return [{**shared, "seed": seed, "value": value} for seed, value in seeds]
