"""How figures of a leaderboard tell entries apart: colour and marker by supervision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Mark:
    """A mean of a figure.

    Attributes:
        entry: whose it is.
        at: its place along the axis that its interval does not lie along.
        mean: the value.
    """

    entry: Entry
    at: float
    mean: Estimate


def draw_marks(
    axes: Axes, marks: Sequence[Mark], frame: Limits, *, across: bool, told: bool = True
) -> int:
    """Draw means with their intervals, as every figure of a leaderboard does.

    Entries of one kind are one artist each of intervals and means: a page has thousands.

    Args:
        axes: where.
        marks: the means.
        frame: limits of the axis that intervals lie along; means beyond are left out.
        across: whether that is the horizontal one.
        told: whether marks say their entry and value.

    Returns:
        the number of intervals that are cut off by the frame.
    """
    kinds: dict[tuple[str, str, bool], list[Mark]] = {}
    for mark in marks:
        if frame[0] <= mark.mean.value <= frame[1]:
            kind = colour_of(mark.entry), marker_of(mark.entry), filled(mark.entry)
            kinds.setdefault(kind, []).append(mark)
    cut = 0
    for (colour, marker, full), of in kinds.items():
        at, value, low, high = np.array(
            [(m.at, m.mean.value, m.mean.low, m.mean.high) for m in of], dtype=np.float64
        ).T
        cut += draw_intervals(axes, at, low, high, frame, colour=colour, width=0.9, across=across)
        look: dict[str, Any] = {"ms": 4.5, "mfc": colour if full else PAPER, "ls": "", "zorder": 4}
        x, y = (value, at) if across else (at, value)
        (drawn,) = axes.plot(x, y, marker, color=colour, **look)
        if told:
            tell(drawn, [f"{m.entry.name}: {interval(m.mean)}" for m in of])
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
        look = {"borderaxespad": 0.2, "handletextpad": 0.1, "columnspacing": 1.2, "fontsize": 8.5}
        canvas.legend(handles=handles, loc="outside upper left", ncols=len(handles), **look)
