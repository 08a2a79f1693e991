"""Frames that hold intervals, and marks where one, or a curve, goes on beyond its frame."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path

from reports.page.figure import FLATTENED
from reports.stats.estimates import Floats

Limits = tuple[float, float]

REACH = (FLATTENED - 1) / 2
"""Heights of a frame by which it grows, at each side, for the sake of intervals. Two seeds may
give an interval so long that nothing could be told apart in a frame that held it."""
ROOM = 0.03
"""Room beyond an interval's end, in heights of the frame."""
CUT = "An open arrow head at the frame's edge: an interval goes on beyond it."
CURVES_CUT = "An open arrow head at the frame's edge: a curve or its band goes on beyond it."


def holding(limits: Limits, *ends: Sequence[float] | Floats) -> Limits:
    """Return limits that also hold the ends of intervals, but for those out of all proportion."""
    low, high = limits
    reach = REACH * (high - low)
    all_ends = np.concatenate([np.ravel(np.asarray(end, dtype=float)) for end in (*ends, [])])
    within = all_ends[(all_ends >= low - reach) & (all_ends <= high + reach)]
    if not len(within):
        return limits
    widened = min(low, float(within.min())), max(high, float(within.max()))
    room = ROOM * (widened[1] - widened[0])
    return (
        low if widened[0] == low else widened[0] - room,
        high if widened[1] == high else widened[1] + room,
    )


def draw_intervals(
    axes: Axes,
    places: Floats,
    low: Floats,
    high: Floats,
    limits: Limits,
    *,
    colour: str,
    width: float = 1.1,
    across: bool = False,
) -> int:
    """Draw intervals as bars within the limits; return the number of those that are cut.

    Args:
        axes: where.
        places: where along the other axis ``[n]``.
        low: lower ends ``[n]``; NaN for none.
        high: upper ends.
        limits: of the frame; a bar that goes on beyond them ends in an open arrow head.
        colour: of the bars.
        width: of the bars, in points.
        across: whether bars are horizontal.
    """
    bars = axes.hlines if across else axes.vlines
    known = np.isfinite(low) & np.isfinite(high)
    places, low, high = np.asarray(places)[known], np.asarray(low)[known], np.asarray(high)[known]
    bars(places, np.clip(low, *limits), np.clip(high, *limits), color=colour, linewidth=width)
    _arrow_heads(axes, places[low < limits[0]], limits[0], -1, colour, across=across)
    _arrow_heads(axes, places[high > limits[1]], limits[1], 1, colour, across=across)
    return int(((low < limits[0]) | (high > limits[1])).sum())


def mark_curves(axes: Axes, x: Floats, curves: Iterable[Floats], colour: str) -> bool:
    """Put an arrow head where curves ``[P]``, or the ends of a band, first leave their frame.

    Returns:
        whether any of them does.
    """
    bottom, top = axes.get_ylim()
    table = np.array([*curves], dtype=float).reshape(-1, len(x))
    gone = False
    for edge, side, beyond in ((bottom, -1, table < bottom), (top, 1, table > top)):
        points = np.flatnonzero(beyond.any(axis=0))
        if len(points):
            # Curves mostly come from beyond the frame: the last such point is next to what is seen.
            at = points[-1] if points[0] == 0 else points[0]
            _arrow_heads(axes, x[[at]], edge, side, colour, across=False)
            gone = True
    return gone


def _arrow_heads(
    axes: Axes, places: Floats, edge: float, side: int, colour: str, *, across: bool
) -> None:
    if not len(places):  # nothing, unclipped, would count as a mark at the figure's corner
        return
    head = [(-1.0, -0.8 * side), (0.0, 0.0), (1.0, -0.8 * side)]
    marker = Path([(y, x) for x, y in head] if across else head)
    at = (np.full(len(places), edge), places) if across else (places, np.full(len(places), edge))
    look: dict[str, Any] = {
        "markersize": 6,
        "fillstyle": "none",
        "markeredgewidth": 1.0,
        "clip_on": False,
    }
    axes.plot(*at, linestyle="", marker=marker, color=colour, zorder=5, **look)
