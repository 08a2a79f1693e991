"""Optuna's figures in the reports' style.

Optuna draws through pyplot and ggplot's style sheet. Both stay within :func:`drawing`: pyplot's
figures are closed and its settings put back.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import optuna
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.kinds.tuning.study import quiet
from reports.page.figure import COLOURS, WIDTH, style
from reports.page.svg import INK, LINE

LOST = "#9a9a9a"
"""Colour of configurations that violate a constraint."""
STATUS_MARKS = {
    "pruned": ("|", COLOURS[4]),
    "diverged": ("x", COLOURS[1]),
    "failed": ("+", COLOURS[6]),
    "missing": (".", LOST),
    "no value": ("_", LOST),
}
"""Marker and colour of each status without a value."""
GRID: dict[str, Any] = {"color": "#e4e4e4", "linewidth": 0.6}
"""Look of grid lines: those of Optuna's style sheet would be white."""
LONG_LABELS = 12
"""Characters from which on the names of choices are turned."""


@contextmanager
def drawing() -> Iterator[None]:
    """Apply the reports' style to Optuna's figures drawn within, and close them afterwards."""
    before = set(plt.get_fignums())
    with style(), plt.ioff(), quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        mpl.rcParams["figure.constrained_layout.use"] = True
        try:
            yield
        finally:
            for number in set(plt.get_fignums()) - before:
                plt.close(number)


def restyle(optuna_axes: Any, height: float) -> tuple[Canvas, list[Axes]]:
    """Take away Optuna's title and background, and set the reports' fonts, lines and width.

    Args:
        optuna_axes: what Optuna returned: axes or an array of them.
        height: in inches.

    Returns:
        The figure, and the axes that Optuna returned.
    """
    axes = [*np.atleast_1d(optuna_axes).flat]
    canvas: Canvas = axes[0].figure
    canvas.set_size_inches(WIDTH, height)
    canvas.set_layout_engine("constrained")
    canvas.set_facecolor("white")
    canvas.suptitle("")
    for each in canvas.axes:
        _restyle_axes(each)
    return canvas, axes


def _restyle_axes(axes: Axes) -> None:
    for place in ("left", "center", "right"):
        axes.set_title("", loc=place)
    axes.set_facecolor("white")
    axes.grid(False)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set(edgecolor=LINE, linewidth=0.6)
        if side in ("top", "right"):
            spine.set_visible(False)
    axes.tick_params(
        which="major", color=LINE, labelcolor=INK, labelsize=8.5, width=0.6, length=3.5
    )
    axes.tick_params(which="minor", color=LINE, labelcolor=INK, width=0.4, length=2, labelsize=7)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(size=9.5, color=INK)
    if legend := axes.get_legend():
        legend.remove()


def legend_above(canvas: Canvas, handles: Sequence[Line2D]) -> None:
    """Put a legend above the axes."""
    canvas.legend(
        handles=[*handles], loc="outside upper left", ncols=4, borderaxespad=0.2, fontsize=8.5
    )


def points(label: str, marker: str = "o", colour: str = INK, size: float = 4) -> Line2D:
    """Return a legend's entry for points."""
    return Line2D([], [], color=colour, marker=marker, linestyle="", markersize=size, label=label)


def ring(axes: Axes, x: float, y: float) -> Line2D:
    """Draw a ring around the default configuration; return its entry of the legend."""
    (marker,) = axes.plot([x], [y], "o", color=INK, markersize=8, fillstyle="none", label="default")
    return marker


def name_choices(axes: Axes, choices: Sequence[Any]) -> None:
    """Name the choices along the horizontal axis, without the quotes that Optuna gives them."""
    if all(isinstance(c, (int, float)) and not isinstance(c, bool) for c in choices):
        axes.set_xticks([*choices])  # Optuna draws them as numbers
        return
    labels = {repr(choice): str(choice) for choice in choices}
    tick_texts = [tick.get_text() for tick in axes.get_xticklabels()]
    tick_labels = [labels.get(text, text) for text in tick_texts]
    axes.set_xticks(axes.get_xticks(), tick_labels)
    if sum(map(len, tick_labels)) > LONG_LABELS:
        axes.tick_params(axis="x", rotation=30)
        for tick in axes.get_xticklabels():
            tick.set(ha="right", rotation_mode="anchor")
