"""One panel a metric: every seed of every group, and the means with their intervals."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.layout.scores import Scores
from reports.page.figure import COLOURS, MARKERS, NARROWEST, WIDTH, Figure, robust_limits, style
from reports.page.svg import to_svg
from reports.page.text import count, words

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
        for axes in list(panels.flat)[len(scores_with_values) :]:
            axes.set_visible(False)
        svg = to_svg(canvas, "scores")
    caption = (
        "Test scores of every method: small marks are seeds, large ones means with Student's 95 % "
        "interval. The arrow points to what is better."
    )
    if outside:
        caption += f" Far outliers stand at the frame's edge: {words(outside)}."
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


def _draw(axes: Axes, score: Scores, groups: tuple[str, ...]) -> list[str]:
    """Draw one metric; return a note for each group with seeds outside the frame."""
    everything = np.concatenate([values.to_numpy() for values in score.values.values()])
    # Seconds of methods differ by factors, and none is an outlier.
    factors = score.outcome.unit == "s"
    low, high = (
        (everything.min() / 1.3, everything.max() * 1.3) if factors else robust_limits(everything)
    )
    notes = []
    for place, group in enumerate(groups):
        colour = COLOURS[place % len(COLOURS)]
        values = score.values[group].to_numpy()
        inside = values.clip(low, high)
        axes.plot(inside, np.full(len(values), place - 0.18), ".", color=colour, ms=3, alpha=0.7)
        mean = score.mean(group)
        if low <= mean.value <= high:
            error = [[mean.value - mean.low], [mean.high - mean.value]]
            marker = MARKERS[place % len(MARKERS)]
            error_bar = None if np.isnan(mean.low) else error
            axes.errorbar(mean.value, place, xerr=error_bar, fmt=marker, color=colour, ms=4.5, lw=1)
        if beyond := int((inside != values).sum()):
            notes.append(f"{count(beyond, 'seed')} of {group} ({score.outcome.label})")
    if factors:
        axes.set_xscale("log")
    else:
        axes.locator_params(axis="x", nbins=3)
    axes.set_xlim(low, high)
    axes.set_ylim(len(groups) - 0.5, -0.6)
    axes.set_yticks(range(len(groups)), labels=groups)
    title = f"{score.outcome.titled} {score.outcome.arrow_along}".strip()
    axes.set_xlabel(fill(title, NARROWEST))
    axes.grid(axis="x")
    return notes
