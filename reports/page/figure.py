"""Figures: one style, one palette, drawn by matplotlib and embedded as inline SVG with their data.

Everything is drawn within :func:`style` and without pyplot, so that no global state is touched and
the same data give the same bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.page.svg import GRID, INK, LINE
from reports.stats.estimates import Floats

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8418F0")
"""Okabe and Ito's palette, which colour-blind readers tell apart (yellow, too pale for lines on
white, is a violet: in simulated colour blindness farther from all than some of these are)."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
"""One a colour, so that no figure depends on colour alone."""
WIDTH = 7.0
"""Width of every figure in inches."""
BROADEST = 32
"""Characters of an upright axis' label on one line."""
NARROWEST = 26
"""Characters of a title or label on one line where three panels stand side by side."""
LETTER = 0.08
"""Mean width of a letter of a legend in inches."""
FENCE = 3.0
"""Points beyond the quartiles by so many interquartile ranges are drawn at the frame's edge."""
FARTHEST = 1e100
"""Numbers beyond this are drawn at the frame's edge, whatever the others: no frame holds them."""
FLATTENED = 10.0
"""Values are cut off only if all others would shrink to one part in so many of the frame."""

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "axes.unicode_minus": True,
    # The page's typeface, which comes with matplotlib; the second one for what it lacks.
    "font.family": ["STIXGeneral", "DejaVu Sans"],
    "font.size": 9.5,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "mathtext.fontset": "stix",
    "svg.fonttype": "path",
    "svg.hashsalt": "unbraid",
    "text.color": INK,
    "text.parse_math": False,  # a name may hold anything; see reports.page.svg
    "xtick.color": LINE,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "xtick.major.width": 0.6,
    "ytick.color": LINE,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
    "ytick.major.width": 0.6,
}


@dataclass(frozen=True)
class Figure:
    """A drawn figure.

    Attributes:
        name: unique within the report; names the files to download.
        svg: the drawing.
        alt: what a reader who cannot see it should know.
        caption: what it shows, in full sentences.
        data: what is drawn, one row a mark; None where a table of the page, which the caption
            names, holds it.
    """

    name: str
    svg: str
    alt: str
    caption: str
    data: pd.DataFrame | None


@contextmanager
def style() -> Iterator[None]:
    """Apply the reports' style to what is drawn and rendered within, on matplotlib's defaults."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def broken(label: str) -> str:
    """Return an axis' label on as many lines as a figure's height asks for."""
    return fill(label, BROADEST)


def robust_limits(values: Floats) -> tuple[float, float]:
    """Return limits that hold all of ``values`` but far outliers, with some room around.

    A run that barely escaped divergence may end at -5000 where all others end near -150; it must
    not flatten them. What lies beyond the limits is to be drawn at the edge and named.
    """
    finite = values[np.abs(values) <= FARTHEST]
    if not len(finite):
        return 0.0, 1.0
    low, high = np.quantile(finite, [0.25, 0.75])
    fence = FENCE * (high - low) if high > low else np.inf
    inliers = finite[(finite >= low - fence) & (finite <= high + fence)]
    room = 0.08 * float(np.ptp(inliers)) or 0.05 * abs(float(inliers[0])) or 1.0
    return float(inliers.min()) - room, float(inliers.max()) + room


def wide_limits(values: Floats) -> tuple[float, float]:
    """Return limits that hold all values, but for outliers that would flatten all others.

    A factor may do little at most levels and much at one: that is an effect, not an outlier.
    """
    low, high = robust_limits(values)
    finite = values[np.abs(values) <= FARTHEST]
    if len(finite) and np.ptp(finite) <= FLATTENED * (high - low):
        room = 0.06 * float(np.ptp(finite))
        low, high = min(low, finite.min() - room), max(high, finite.max() + room)
    return float(low), float(high)


def legend(canvas: Canvas, labels: Sequence[str], markers: bool = True) -> None:
    """Put one line a group, in its colour and with its marker, above the axes."""
    handles = [
        Line2D([], [], color=colour, marker=marker if markers else "", markersize=5, label=label)
        for colour, marker, label in zip(COLOURS, MARKERS, labels, strict=False)
    ]
    longest = 0.5 + LETTER * max((len(label) for label in labels), default=0)  # inches
    columns = max(1, min(len(COLOURS), int(WIDTH / longest)))
    canvas.legend(handles=handles, loc="outside upper left", ncols=columns, borderaxespad=0.2)


def remove_unused(panels: np.ndarray, used: int) -> None:
    """Hide the panels of a grid beyond those that are used, so that none stands empty.

    A panel above one that is gone has the axis' names, which it left to the other.
    """
    columns = panels.shape[1]
    for place, axes in enumerate(panels.flat):
        if place >= used:
            axes.set_visible(False)  # without it, the layout would not work out
        elif place + columns >= used:
            axes.tick_params(axis="x", labelbottom=True)


def evenly(n: int, most: int) -> np.ndarray:
    """Return the indices of at most ``most`` of ``n`` items, evenly spread, ends included."""
    return (
        np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int))
        if n
        else np.array([], int)
    )
