"""The figure of the report on differences: the margins under every set of switches."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.claims.switching import Inquiry, Tried
from reports.kinds.differences.words import named
from reports.page.figure import COLOURS, MARKERS, WIDTH, Figure, legend, style, wide_limits
from reports.page.intervals import CUT, draw_intervals, holding
from reports.page.svg import LINE, to_svg
from reports.stats.estimates import Floats

MOST_SETS = 40
"""Most sets of switches that are drawn; the tables have all."""


def draw_margins(inquiry: Inquiry, name: str = "margins") -> Figure | None:
    """Draw the margins over each rival, one row a set; None if no set has any."""
    tried = [each for each in inquiry.tried if each.compared][:MOST_SETS]
    rivals = inquiry.switched.rivals
    if not tried or not rivals:
        return None
    measure = inquiry.differing.measure
    data = _data(inquiry, tried)
    limits = _limits(data, measure.at_least)
    with style():
        canvas = Canvas(figsize=(WIDTH, 1.1 + 0.3 * len(tried)), layout="constrained")
        axes = canvas.subplots()
        cut = _draw(axes, inquiry, tried, limits)
        unit = f" ({measure.unit})" if measure.unit else ""
        of = "" if measure.along else f" in test {inquiry.switched.labels[measure.metric]}"
        axes.set_xlabel(f"margin of {named(measure, measure.subject)}{of}{unit} →")
        legend(canvas, [f"over {named(measure, rival)}" for rival in rivals])
        svg = to_svg(canvas, name)
    caption = (
        f"Margin of {named(measure, measure.subject)} over each rival under every set of switches "
        "that was tried. Large marks: mean over seeds with Student's 95 % interval; small ones: "
        "seeds. The solid line is 0, the dashed one the least with which the statement can hold."
    )
    caption += f" {CUT}" if cut else ""
    alt = f"Margins of {named(measure, measure.subject)} under {len(tried)} sets of switches."
    return Figure(name, svg, alt, caption, data)


def _draw(axes: Axes, inquiry: Inquiry, tried: list[Tried], limits: tuple[float, float]) -> int:
    rivals, cut = inquiry.switched.rivals, 0
    at = np.arange(len(tried))[::-1].astype(float)
    for place, rival in enumerate(rivals):
        colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
        y = at - (place - (len(rivals) - 1) / 2) * 0.6 / max(len(rivals), 1)
        margins = [each.margins[rival] for each in tried]
        low, high, mean = (
            np.array([getattr(each, end) for each in margins]) for end in ("low", "high", "value")
        )
        cut += draw_intervals(axes, y, low, high, limits, colour=colour, across=True)
        look: dict[str, Any] = {"markersize": 3, "alpha": 0.45, "markeredgewidth": 0}
        for height, each in zip(y, tried, strict=True):
            values = _by_seed(inquiry, each, rival)
            axes.plot(values, np.full(len(values), height - 0.12), marker, color=colour, **look)
        axes.plot(mean, y, marker, color=colour, markersize=5)
    axes.axvline(0, color=LINE, linewidth=0.8)
    axes.axvline(inquiry.differing.measure.at_least, color=LINE, linewidth=0.8, linestyle="--")
    axes.set_yticks(at, [inquiry.differing.label(each.on) for each in tried])
    axes.set_ylim(-0.7, len(tried) - 0.3)
    axes.set_xlim(*limits)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return cut


def _by_seed(inquiry: Inquiry, tried: Tried, rival: str) -> Floats:
    measure = inquiry.differing.measure
    sign = 1 if measure.along else measure.sign
    margins = sign * (tried.numbers[measure.subject] - tried.numbers[rival])
    return np.asarray(margins.dropna(), dtype=float)


def _limits(data: pd.DataFrame, at_least: float) -> tuple[float, float]:
    values = np.concatenate([data["seed_margin"].to_numpy(dtype=float), [0.0, at_least]])
    limits = wide_limits(values[np.isfinite(values)])
    return holding(limits, data["low"].to_numpy(), data["high"].to_numpy())


def _data(inquiry: Inquiry, tried: list[Tried]) -> pd.DataFrame:
    """One row a seed, set and rival; means repeat."""
    rows = [
        {
            "setting": inquiry.differing.label(each.on),
            "rival": rival,
            "seed_margin": float(value),
            "mean": each.margins[rival].value,
            "low": each.margins[rival].low,
            "high": each.margins[rival].high,
            "n": each.margins[rival].n,
        }
        for each in tried
        for rival in inquiry.switched.rivals
        for value in _by_seed(inquiry, each, rival)
    ]
    return pd.DataFrame(rows)
