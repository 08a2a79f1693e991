"""Ratings over all datasets as a figure: each entry's Elo with its interval, a panel a metric."""

from textwrap import fill

import numpy as np
from matplotlib.figure import Figure as Canvas

from reports.leaderboard.figures.look import Mark, draw_marks, supervision_legend
from reports.leaderboard.figures.strips import TITLE
from reports.leaderboard.standings import Standings
from reports.page.figure import WIDTH, Figure, style, wide_limits
from reports.page.intervals import CUT, holding
from reports.page.svg import to_svg
from reports.page.text import count, words


def ratings_figure(standings: Standings) -> Figure | None:
    """Draw the ratings in the metrics that are shown first; None where nothing is rated."""
    outcomes = [o for o in standings.telling if standings.overall.get(o.name)]
    entries = standings.ranked()
    if not outcomes or len(entries) < 2:
        return None
    cut = 0
    with style():
        height = 1.15 + 0.165 * len(entries)
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = canvas.subplots(1, len(outcomes), squeeze=False, sharey=True)[0]
        for axes, outcome in zip(panels, outcomes, strict=True):
            of = standings.overall[outcome.name]
            rated = [(place, e, of[e.name].elo) for place, e in enumerate(entries)]
            rated = [each for each in rated if np.isfinite(each[2].value)]
            limits = wide_limits(np.array([rating.value for *_, rating in rated]))
            frame = holding(
                limits, *([getattr(r, end) for *_, r in rated] for end in ("low", "high"))
            )
            axes.axvline(1000, color="#444444", linewidth=0.7)
            marks = [Mark(entry, place, rating) for place, entry, rating in rated]
            cut += draw_marks(axes, marks, frame)
            axes.set_xlim(*frame)
            axes.set_ylim(len(entries) - 0.4, -0.6)
            axes.set_yticks(range(len(entries)), labels=[e.name for e in entries], fontsize=8)
            axes.tick_params(axis="x", labelsize=8)
            axes.locator_params(axis="x", nbins=3)
            axes.set_xlabel(fill(f"Elo by {outcome.label}", TITLE), fontsize=9)
            axes.grid(axis="x")
        supervision_legend(canvas, entries)
        svg = to_svg(canvas, "ratings")
    labels = words([outcome.label for outcome in outcomes])
    caption = (
        f"Elo over {count(len(standings.board.datasets), 'dataset')} by {labels}, with 95 % "
        f"intervals; {standings.anchor} stands at 1000 (line). Entries that cannot be scored on a "
        "metric have no mark there. The table above holds the numbers."
    )
    if cut:
        caption += f" {CUT}"
    alt = f"Elo of {count(len(entries), 'entry', 'entries')} by {labels}."
    return Figure("ratings", svg, alt, caption, None)
