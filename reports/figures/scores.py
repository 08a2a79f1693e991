"""One panel a metric: every seed of every group, and the means with their intervals."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.layout.scores import Scores
from reports.page.figure import (
    COLOURS,
    MARKERS,
    NARROWEST,
    WIDTH,
    Figure,
    remove_unused,
    robust_limits,
    style,
)
from reports.page.intervals import CUT, Limits, draw_intervals, holding
from reports.page.svg import tell, to_svg
from reports.page.text import count, words
from reports.page.ticks import tick_log
from reports.stats.estimates import Estimate

COLUMNS = 3
"""Panels in a row."""


def draw_scores(scores: list[Scores], groups: tuple[str, ...]) -> Figure:
    """Draw the metrics that have values."""
    scores_with_values = [
        score for score in scores if any(len(values) for values in score.values.values())
    ]
    n_rows = -(-len(scores_with_values) // COLUMNS)
    height = n_rows * (0.9 + 0.21 * len(groups))
    outside = []
    with style():
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = canvas.subplots(n_rows, COLUMNS, squeeze=False, sharey=True)
        for axes, score in zip(panels.flat, scores_with_values, strict=False):
            outside += _draw(axes, score, groups)
        remove_unused(panels, len(scores_with_values))
        svg = to_svg(canvas, "scores")
    caption = (
        "Test scores of every method: small marks are seeds, large ones means with Student's 95 % "
        "interval. The arrow points to what is better."
    )
    if CUT in outside:
        caption += f" {CUT}"
    if outliers := [note for note in outside if note != CUT]:
        caption += f" Far outliers are triangles at the frame's edge: {words(outliers)}."
    data = pd.DataFrame(
        [
            {"metric": score.outcome.name, "group": group, "seed": seed, "value": value}
            for score in scores_with_values
            for group, values in score.values.items()
            for seed, value in values.items()
        ]
    )
    labels = words([score.outcome.label for score in scores_with_values])
    alt = f"Dot plots of {labels} for {words(list(groups))}."
    return Figure("scores", svg, alt, caption, data)


def _frame(means: list[Estimate], limits: Limits, *, factors: bool) -> Limits:
    """Widen limits to hold the intervals; on a logarithmic axis only what is positive."""
    if not means:  # each is far from most seeds
        return limits
    low, high = (np.array(ends) for ends in zip(*((m.low, m.high) for m in means), strict=True))
    if not factors:
        return holding(limits, low, high)
    positive = np.concatenate([low[low > 0], high])
    start, end = holding((np.log(limits[0]), np.log(limits[1])), np.log(positive))
    return float(np.exp(start)), float(np.exp(end))


def _draw(axes: Axes, score: Scores, groups: tuple[str, ...]) -> list[str]:
    """Draw one metric; return a note for each group with seeds outside the frame."""
    everything = np.concatenate([values.to_numpy() for values in score.values.values()])
    # Seconds of methods differ by factors, and none is an outlier.
    factors = score.outcome.unit == "s"
    means = [score.mean(group) for group in groups]
    low, high = (
        (everything.min() / 1.3, everything.max() * 1.3) if factors else robust_limits(everything)
    )
    if not factors and not any(low <= mean.value <= high for mean in means):
        low, high = holding((low, high), [mean.value for mean in means])  # a seed draws it aside
    inside_means = [mean for mean in means if low <= mean.value <= high]
    low, high = frame = _frame(inside_means, (low, high), factors=factors)
    notes = []
    for place, (group, mean) in enumerate(zip(groups, means, strict=True)):
        colour = COLOURS[place % len(COLOURS)]
        values = score.values[group].to_numpy()
        inside = values.clip(low, high)
        height = np.full(len(values), place - 0.22)
        (marks,) = axes.plot(inside, height, ".", color=colour, ms=3.5, alpha=0.7)
        tell(marks, score.tooltips(group))
        for side, marker in ((values < low, "<"), (values > high, ">")):
            axes.plot(inside[side], height[side], marker, color=colour, ms=4)
        if low <= mean.value <= high:
            at, start, end = (np.array([number]) for number in (place, mean.low, mean.high))
            if draw_intervals(axes, at, start, end, frame, colour=colour, across=True):
                notes.append(CUT)
            axes.plot(mean.value, place, MARKERS[place % len(MARKERS)], color=colour, ms=4.5)
        if beyond := int((inside != values).sum()):
            notes.append(f"{count(beyond, 'seed')} of {group} ({score.outcome.label})")
    if factors:
        axes.set_xscale("log")
    else:
        axes.locator_params(axis="x", nbins=3)
    axes.set_xlim(low, high)
    if factors:
        tick_log(axes.xaxis, 4)
    axes.set_ylim(len(groups) - 0.5, -0.6)
    axes.set_yticks(range(len(groups)), labels=groups)
    title = f"{score.outcome.titled} {score.outcome.arrow_along}".strip()
    axes.set_xlabel(fill(title, NARROWEST))
    axes.grid(axis="x")
    return notes
