"""Performance profiles: which share of an entry's runs scores more than any level."""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.layout.outcome import Outcome
from reports.leaderboard.figures.heat_maps import compared_entries
from reports.leaderboard.standings import Standings
from reports.page.figure import (
    COLOURS,
    NARROWEST,
    WIDTH,
    Figure,
    remove_unused,
    robust_limits,
    style,
)
from reports.page.svg import to_svg
from reports.page.text import count, words
from reports.stats.ranks import performance_profile

LEVELS = 81
"""Levels at which a profile is computed."""
DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
"""With eight colours these tell 32 entries apart. Neighbours differ in both, and so do the colours
that colour-blind readers confuse."""
BEYOND = "A profile may begin or end beyond the frame."


def profiles_figure(standings: Standings) -> Figure | None:
    """Draw the profiles of the ranked entries in the metrics shown first; None without any."""
    entries = compared_entries(standings)
    contests = {o: standings.board.contest(o) for o in standings.telling}
    contests = {outcome: contest for outcome, contest in contests.items() if contest}
    if not contests or not entries:
        return None
    places = [standings.board.ranked.index(entry.name) for entry in entries]
    rows = []
    columns = 3 if len(contests) == 3 else min(2, len(contests))
    n_rows = -(-len(contests) // columns)
    labels = [entry.name for entry in entries]
    looks: dict[str, dict[str, Any]] = {
        label: {
            "color": COLOURS[i % len(COLOURS)],
            "linestyle": DASHES[(i + i // len(COLOURS)) % 4],
        }
        for i, label in enumerate(labels)
    }
    with style():
        legend_columns = max(1, min(5, int(WIDTH / (0.55 + 0.075 * max(map(len, labels))))))
        legend_rows = -(-len(labels) // legend_columns)
        height = 0.2 * legend_rows + (2.0 if columns == 3 else 2.3) * n_rows
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = canvas.subplots(n_rows, columns, squeeze=False, sharey=True)
        for axes, (outcome, contest) in zip(panels.flat, contests.items(), strict=False):
            rows += _draw_metric(axes, outcome, contest, places, looks)
            axes.locator_params(axis="x", nbins=5 if columns < 3 else 3)
        for axes in panels[:, 0]:
            axes.set_ylabel("share of runs\nthat do better")
        remove_unused(panels, len(contests))
        handles = [Line2D([], [], label=label, **looks[label]) for label in labels]
        canvas.legend(handles=handles, loc="outside upper left", ncols=legend_columns)
        svg = to_svg(canvas, "profiles")
    named = words([outcome.label for outcome in contests])
    caption = (
        f"Performance profiles by {named}: the share of an entry's runs that score better than a "
        f"level, over {count(len(standings.board.datasets), 'dataset')} each of which weighs the "
        "same; better is to the right. A curve above another is better at that level; curves that "
        f"cross have no order. {BEYOND}"
    )
    if len(entries) < len(standings.board.ranked):
        caption += " Default configurations are left out."
    alt = f"Performance profiles of {count(len(entries), 'entry', 'entries')} by {named}."
    return Figure("profiles", svg, alt, caption, pd.DataFrame(rows))


def _draw_metric(
    axes: Axes,
    outcome: Outcome,
    contest: dict[str, np.ndarray],
    places: list[int],
    looks: dict[str, dict[str, Any]],
) -> list[dict[str, Any]]:
    """Draw the profiles of one metric; return what is drawn, every eighth level of it.

    Args:
        axes: the panel.
        outcome: the metric.
        contest: its scores, by dataset.
        places: those of the entries in them, in the order of ``looks``.
        looks: how each entry is drawn, by name.
    """
    values = np.concatenate([table[places].ravel() for table in contest.values()])
    limits = robust_limits(values[np.isfinite(values)])
    taus, kept, rows = np.linspace(*limits, LEVELS), slice(None, None, 8), []
    levels = outcome.sign * taus
    for label, shares in zip(looks, performance_profile(contest, taus)[places], strict=True):
        if np.isfinite(shares).any():
            axes.plot(levels, shares, linewidth=1.2, **looks[label])
            rows += [
                {"metric": outcome.name, "entry": label, "level": level, "share": share}
                for level, share in zip(levels[kept], shares[kept], strict=True)
            ]
    axes.set_xlim(outcome.sign * limits[0], outcome.sign * limits[1])
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(fill(f"{outcome.titled} →", NARROWEST))
    axes.grid(axis="both")
    return rows
