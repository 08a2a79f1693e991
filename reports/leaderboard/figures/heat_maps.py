"""Heat maps of a leaderboard: who beats whom, and which metrics agree."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure as Canvas

from reports.layout.board import Entry
from reports.layout.outcome import Outcome
from reports.leaderboard.standings import Standings
from reports.page.figure import WIDTH, Figure, style
from reports.page.svg import ON_BRIGHT, ON_DARK, to_svg
from reports.page.text import count
from reports.stats.correlations import spearman
from reports.stats.estimates import Floats
from reports.stats.wins import improvement_matrix

MOST_ROWS = 18
"""Rows up to which default configurations are drawn beside tuned ones."""
MOST_WRITTEN = 18
"""Rows up to which cells are annotated."""
DARK = 0.5
"""Colours below this luminance carry white text."""


def compared_entries(standings: Standings) -> list[Entry]:
    """Return the ranked entries, best first; of many only those that are not mere defaults."""
    entries = standings.ranked()
    if len(entries) <= MOST_ROWS:
        return entries
    return [entry for entry in entries if entry.variant != "default"] or entries


def improvement_figure(standings: Standings, outcome: Outcome, name: str) -> Figure | None:
    """Draw the probability that a seed of the row beats one of the column, over all datasets."""
    board = standings.board
    contest = board.contest(outcome)
    scored = standings.overall.get(outcome.name, {})
    entries = [e for e in compared_entries(standings) if e.name in scored and scored[e.name].n]
    if not contest or len(entries) < 2:
        return None
    places = [board.ranked.index(entry.name) for entry in entries]
    value, low, high = (table[np.ix_(places, places)] for table in improvement_matrix(contest))
    np.fill_diagonal(value, np.nan)
    shown = (low > 0.5) | (high < 0.5)
    written = [["" if np.isnan(v) else f"{100 * v:.0f}" for v in row] for row in value]
    labels = [entry.name for entry in entries]
    title = "P(row beats column)"
    svg = _draw(value, written, shown, labels=labels, name=name, limits=(0.0, 1.0), title=title)
    left_out = len(standings.board.ranked) - len(entries)
    caption = (
        f"Probability, in percent, that a seed of the row's entry beats a seed of the column's by "
        f"{outcome.label}, ties counting half, averaged over "
        f"{count(len(contest), 'dataset')}. Bold: its 95 % interval (Newcombe's) leaves out 50 %."
    )
    if left_out:
        caption += (
            f" Left out: {count(left_out, 'entry', 'entries')}, default configurations and those "
            "without this score."
        )
    data = pd.DataFrame(
        [
            {
                "row": labels[i],
                "column": labels[j],
                "probability": value[i, j],
                "low": low[i, j],
                "high": high[i, j],
            }
            for i in range(len(labels))
            for j in range(len(labels))
            if i != j
        ]
    )
    alt = f"Heat map of who beats whom by {outcome.label}, {len(labels)} rows and columns."
    return Figure(name, svg, alt, caption, data)


def correlation_figure(standings: Standings) -> Figure | None:
    """Draw the rank correlation of each two metrics; None where there are not two."""
    board, tables = standings.board, []
    trials = board.trials[
        board.trials["entry"].isin(board.ranked) & (board.trials["status"] == "ok")
    ]
    outcomes = [o for o in standings.outcomes if o.column in trials]
    if len(outcomes) < 2:
        return None
    signs = np.array([outcome.sign for outcome in outcomes])
    for dataset in board.datasets:
        rows = trials[trials["dataset"] == dataset].drop_duplicates("trial_id")
        values = rows[[o.column for o in outcomes]].apply(pd.to_numeric, errors="coerce")
        tables.append(spearman(values.to_numpy(dtype=float) * signs))
    stacked = np.array(tables)
    known = np.isfinite(stacked)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, stacked, 0).sum(axis=0) / known.sum(axis=0)
    labels = [outcome.label for outcome in outcomes]
    decimals = 2 if len(labels) <= 8 else 1
    # Adding 0 makes a plain 0 of what is rounded to -0.
    rounded = np.round(mean, decimals) + 0.0
    written = [
        ["" if np.isnan(v) else f"{v:.{decimals}f}".replace("-", "−") for v in row]
        for row in rounded
    ]
    mean[np.triu_indices(len(labels))] = np.nan  # the same once more
    plain = np.zeros(mean.shape, bool)
    title = "Spearman's ρ"
    svg = _draw(
        mean, written, plain, labels=labels, name="metrics", limits=(-1.0, 1.0), title=title
    )
    caption = (
        "Spearman's rank correlation of each two metrics over the trials of all ranked entries, "
        "within each dataset and averaged over datasets; every metric is turned so that more is "
        "better. Where metrics disagree, a choice of metric is a choice of winner. Blank below "
        "the diagonal: fewer than three trials have both."
    )
    data = pd.DataFrame(
        [
            {"a": outcomes[i].name, "b": outcomes[j].name, "spearman": mean[i, j]}
            for i in range(len(labels))
            for j in range(i)
        ]
    )
    alt = f"Heat map of rank correlations of {count(len(labels), 'metric')}."
    return Figure("metrics", svg, alt, caption, data)


def _draw(
    values: Floats,
    written: Sequence[Sequence[str]],
    bold: np.ndarray,
    *,
    labels: Sequence[str],
    limits: tuple[float, float],
    title: str,
    name: str,
) -> str:
    n = len(labels)
    colours, norm = colormaps["PuOr_r" if limits[0] < 0 else "PRGn"], Normalize(*limits)
    with style():
        side = min(0.34, 4.7 / n)
        longest = 0.065 * max(map(len, labels))
        height = 0.5 + max(side * n, 1.4) + 0.75 * longest
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        axes = canvas.subplots()
        picture = colours(norm(np.nan_to_num(values, nan=sum(limits) / 2)))
        picture[~np.isfinite(values)] = (0.5, 0.5, 0.5, 0.0)
        axes.imshow(picture, interpolation="nearest", aspect="auto")
        size = 7.5 if n <= 12 else 6.5 if n <= MOST_WRITTEN else 5.2
        for i, j in zip(*np.nonzero(np.isfinite(values)), strict=True):
            r, g, b, _ = picture[i, j]
            ink = ON_DARK if 0.299 * r + 0.587 * g + 0.114 * b < DARK else ON_BRIGHT
            weight = "bold" if bold[i, j] else "normal"
            look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size, "color": ink}
            axes.text(j, i, written[i][j], weight=weight, **look)
        axes.set_xticks(range(n), labels=labels, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(n), labels=labels)
        axes.tick_params(length=0, labelsize=8 if n <= 18 else 7)
        axes.spines[:].set_visible(False)
        bar = canvas.colorbar(ScalarMappable(norm, colours), ax=axes, pad=0.01, aspect=30)
        bar.set_label(title)
        bar.outline.set_visible(False)
        return to_svg(canvas, name)
