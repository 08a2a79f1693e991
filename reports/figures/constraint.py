"""A constraint as a figure: the metric of every variant beside the bound it is to keep."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.layout.constraints import Bound, Compliance
from reports.layout.design import Design
from reports.page import verdicts
from reports.page.figure import COLOURS, WIDTH, Figure, style, wide_limits
from reports.page.intervals import CUT, draw_intervals, holding
from reports.page.svg import tell, to_svg
from reports.page.text import of_trial, words
from reports.page.verdicts import Verdict

MARKERS: dict[Verdict, str] = {"holds": "o", "does not hold": "X", "undecided": "D"}
"""Marker of each verdict."""
MOST_VARIANTS = 40
"""Most variants drawn."""


def draw_constraint(
    constraint: Bound, compliance: Mapping[str, Compliance], design: Design, values: pd.DataFrame
) -> Figure:
    """Draw one row a variant: its seeds, its mean with the interval, and its bound.

    Args:
        constraint: the constraint.
        compliance: how each variant keeps it.
        design: the variants.
        values: ``group, seed, value, trial_id`` of the metric.
    """
    groups = [group for group in design.grid.groups if compliance[group].mean.n][:MOST_VARIANTS]
    name = f"constraint-{constraint.metric.name}"
    bounds = np.array([compliance[group].bound for group in groups])
    reach = bounds + constraint.outward * constraint.tolerance
    values_in_frame = np.concatenate([values["value"].to_numpy(dtype=float), bounds, reach])
    low, high = wide_limits(values_in_frame)
    # What keeps the constraint by far is no outlier; what breaks it by far would flatten the rest.
    room = 0.04 * (high - low)
    if constraint.outward > 0:
        low = min(low, float(np.nanmin(values_in_frame)) - room)
    else:
        high = max(high, float(np.nanmax(values_in_frame)) + room)
    means = [compliance[group].mean for group in groups]
    inside = [mean for mean in means if low <= mean.value <= high]
    low, high = holding((low, high), [m.low for m in inside], [m.high for m in inside])
    cut = 0
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.75 + 0.27 * len(groups)), layout="constrained")
        axes = canvas.subplots()
        for place, group in enumerate(groups):
            seeds = values[(values["group"] == group) & values["value"].notna()]
            cut += _draw(axes, place, compliance[group], seeds, (low, high))
            _bound(axes, place, compliance[group].bound, constraint)
        axes.set(xlim=(low, high), ylim=(len(groups) - 0.4, -0.6))
        axes.set_yticks(range(len(groups)), groups)
        axes.set_xlabel(f"test {constraint.metric.titled}")
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        svg = to_svg(canvas, name)
    tolerated = f" The shaded band is tolerated ({constraint.tolerance:g})."
    caption = (
        f"The constraint {constraint.in_words}: test {constraint.metric.label} of every variant, "
        "seeds as small marks, means with Student's 95 % interval, and the bound as a dashed line."
        f"{tolerated if constraint.tolerance else ''} Right: whether it is met, and by how many "
        "of the seeds."
    )
    if cut:
        caption += f" {CUT}"
    if len(groups) < len(design.grid.groups):
        caption += f" {len(groups)} of {len(design.grid.groups)} variants are drawn."
    alt = words([f"{group}: {compliance[group].verdict}" for group in groups])
    data = values[values["group"].isin(groups)].copy()
    data["bound"] = [compliance[group].bound for group in data["group"]]
    data["state"] = [compliance[group].verdict for group in data["group"]]
    return Figure(name, svg, f"{constraint.in_words}. {alt}.", caption, data)


def _draw(
    axes: Axes, place: int, compliance: Compliance, seeds: pd.DataFrame, limits: tuple[float, float]
) -> int:
    """Draw one row; return 1 if its interval is cut."""
    word = compliance.verdict
    colour, marker = verdicts.COLOURS[word], MARKERS[word]
    inside, height = seeds["value"].clip(*limits).to_numpy(), np.full(len(seeds), place + 0.22)
    (marks,) = axes.plot(inside, height, ".", color=colour, ms=4, alpha=0.6)
    rows = seeds[["trial_id", "seed", "value"]].itertuples(index=False)
    tell(marks, [of_trial(*row) for row in rows])
    mean = compliance.mean
    at, low, high = (np.array([number]) for number in (place, mean.low, mean.high))
    cut = draw_intervals(axes, at, low, high, limits, colour=colour, width=1.3, across=True)
    axes.plot(np.clip(mean.value, *limits), place, marker, color=colour, markersize=5.5)
    beyond = "" if limits[0] <= mean.value <= limits[1] else f", mean {mean.value:.3g}"
    axes.annotate(
        f"{word} {compliance.n_met}/{mean.n}{beyond}",
        (1.0, place),
        (6, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=colour,
        annotation_clip=False,
    )
    return cut


def _bound(axes: Axes, place: int, bound: float, constraint: Bound) -> None:
    """Draw the bound of one row: rows may differ in it."""
    axes.vlines(bound, place - 0.5, place + 0.5, color="#444444", linestyle="--", linewidth=0.9)
    if constraint.tolerance:
        end = bound + constraint.outward * constraint.tolerance
        axes.fill_betweenx(
            [place - 0.5, place + 0.5], bound, end, color=COLOURS[4], alpha=0.25, linewidth=0
        )
