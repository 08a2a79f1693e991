"""How figures of a leaderboard tell entries apart: colour and marker by supervision."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.layout.board import Entry
from reports.page.figure import COLOURS, MARKERS
from reports.page.intervals import Limits, draw_intervals
from reports.page.svg import PAPER, tell
from reports.page.text import interval
from reports.stats.estimates import Estimate

LEARNT_FROM = {
    "none": "no supervision",
    "pairs": "pairs of images",
    "partial": "a part of the labels",
    "labels": "labels",
    "?": "supervision not known",
}
"""What an entry's supervision is called in a legend."""
_PLACES = {name: place for place, name in enumerate(LEARNT_FROM)}


def colour_of(entry: Entry) -> str:
    """Return the colour of an entry's marks; references are grey."""
    return "#777777" if entry.reference else COLOURS[_PLACES[entry.supervision]]


def marker_of(entry: Entry) -> str:
    """Return the marker of an entry's mean, which no figure leaves to colour alone."""
    return "*" if entry.reference else MARKERS[_PLACES[entry.supervision]]


def draw_entry(
    axes: Axes, entry: Entry, at: float, mean: Estimate, frame: Limits, *, across: bool
) -> int:
    """Draw a mean with its interval, as every figure of a leaderboard does.

    Args:
        axes: where.
        entry: whose it is.
        at: its place along the axis that the interval does not lie along.
        mean: the value.
        frame: limits of the axis that the interval lies along.
        across: whether that is the horizontal one.

    Returns:
        1 if the interval is cut off by the frame, else 0.
    """
    colour = colour_of(entry)
    place, low, high = (np.array([x], dtype=float) for x in (at, mean.low, mean.high))
    cut = draw_intervals(axes, place, low, high, frame, colour=colour, width=0.9, across=across)
    face = colour if filled(entry) else PAPER
    look: dict[str, Any] = {"markersize": 4.5, "markerfacecolor": face, "zorder": 4}
    x, y = (mean.value, at) if across else (at, mean.value)
    (mark,) = axes.plot(x, y, marker_of(entry), color=colour, **look)
    tell(mark, [f"{entry.name}: {interval(mean)}"])
    return cut


def filled(entry: Entry) -> bool:
    """Whether an entry's marker is filled: a default configuration's is not."""
    return entry.variant != "default"


def supervision_legend(canvas: Canvas, entries: Iterable[Entry]) -> None:
    """Put one line above the axes: what entries learn from, and that defaults are open."""
    entries = list(entries)
    found = [n for n in LEARNT_FROM if any(e.supervision == n and not e.reference for e in entries)]
    handles = [
        Line2D(
            [],
            [],
            color=COLOURS[_PLACES[name]],
            marker=MARKERS[_PLACES[name]],
            markersize=5,
            linestyle="",
            label=LEARNT_FROM[name],
        )
        for name in found
    ]
    if any(not filled(entry) for entry in entries):
        look: dict[str, Any] = {
            "marker": "o",
            "markersize": 5,
            "linestyle": "",
            "fillstyle": "none",
        }
        handles.append(Line2D([], [], color="#444444", label="default configuration", **look))
    if len(handles) > 1:
        look = {"borderaxespad": 0.2, "handletextpad": 0.1, "columnspacing": 1.2}
        canvas.legend(handles=handles, loc="outside upper left", ncols=len(handles), **look)
