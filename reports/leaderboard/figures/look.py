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
from reports.stats.estimates import Estimate, Floats

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


def draw_marks(axes: Axes, marks: Sequence[Mark], frame: Limits, *, across: bool = True) -> int:
    """Draw means with their intervals; each says its entry and value.

    Entries of one kind are one artist each of intervals and means: a page has thousands.

    Args:
        axes: where.
        marks: the means.
        frame: limits of the axis that intervals lie along; means beyond are left out.
        across: whether that is the horizontal one.

    Returns:
        the number of intervals that are cut off by the frame.
    """
    kinds: dict[tuple[str, str, bool], list[Mark]] = {}
    for mark in _within(marks, frame):
        kind = colour_of(mark.entry), marker_of(mark.entry), filled(mark.entry)
        kinds.setdefault(kind, []).append(mark)
    cut = 0
    for (colour, marker, full), of in kinds.items():
        at, value, low, high = _numbers(of)
        cut += draw_intervals(axes, at, low, high, frame, colour=colour, width=0.9, across=across)
        look: dict[str, Any] = {"ms": 4.5, "mfc": colour if full else PAPER, "ls": "", "zorder": 4}
        x, y = (value, at) if across else (at, value)
        (drawn,) = axes.plot(x, y, marker, color=colour, **look)
        tell(drawn, [f"{m.entry.name}: {interval(m.mean)}" for m in of])
    return cut


def draw_plain_marks(axes: Axes, marks: Sequence[Mark], frame: Limits) -> int:
    """Draw means as short bars across their intervals, in few paths, for pages of many panels.

    Args and Returns:
        as of ``draw_marks``; intervals are horizontal, and end at the frame.
    """
    cut = 0
    of_colour: dict[str, list[Mark]] = {}
    for mark in _within(marks, frame):
        of_colour.setdefault(colour_of(mark.entry), []).append(mark)
    for colour, of in of_colour.items():
        at, value, low, high = _numbers(of)
        cut += int(((low < frame[0]) | (high > frame[1])).sum())
        ends = np.clip(low, *frame), np.clip(high, *frame)
        axes.plot(*strokes(*ends, at, at), color=colour, linewidth=0.9)
        axes.plot(*strokes(value, value, at - 0.2, at + 0.2), color=colour, linewidth=1.8)
    return cut


def strokes(x0: Floats, x1: Floats, y0: Floats, y1: Floats) -> tuple[Floats, Floats]:
    """Return the points of one path that draws a line from each ``x0, y0`` to its ``x1, y1``."""
    gap = np.full(len(x0), np.nan)
    return np.column_stack([x0, x1, gap]).ravel(), np.column_stack([y0, y1, gap]).ravel()


def _within(marks: Sequence[Mark], frame: Limits) -> list[Mark]:
    return [mark for mark in marks if frame[0] <= mark.mean.value <= frame[1]]


def _numbers(marks: Sequence[Mark]) -> tuple[Floats, Floats, Floats, Floats]:
    table = [(m.at, m.mean.value, m.mean.low, m.mean.high) for m in marks]
    at, value, low, high = np.array(table, dtype=np.float64).T
    return at, value, low, high


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
