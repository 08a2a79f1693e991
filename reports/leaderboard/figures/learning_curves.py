"""Learning curves of a method: a panel a dataset, its entries side by side."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from reports.figures.bundles import Bundle
from reports.figures.curves import curve_limits, draw_bundle, whole_numbers
from reports.layout.board import Entry
from reports.layout.curves import Curves, read_curves
from reports.layout.outcome import LOSS
from reports.leaderboard.dataset_table import significant
from reports.leaderboard.standings import Standings
from reports.page.figure import COLOURS, WIDTH, Figure, evenly, legend, remove_unused, style
from reports.page.intervals import CURVES_CUT
from reports.page.svg import to_svg

COLUMNS = 4
"""Panels in a row."""
MOST_POINTS = 20
"""Most points of a line: a page holds the curves of many methods."""
MOST_SEEDS = 3
"""Most seeds with a line of their own."""


def curves_of(standings: Standings, frame: pd.DataFrame) -> Curves | None:
    """Return what curves are of: the first of these that was recorded, else None.

    These are the metrics shown first, the other metrics, and the training loss.
    """
    trials = standings.board.trials
    ranked = set(trials.loc[trials["entry"].isin(standings.board.ranked), "trial_id"])
    mine = frame[frame["trial_id"].isin(ranked)]  # references are scored along training on others
    recorded = set(zip(mine["metric"], mine["split"], strict=True))
    outcomes = dict.fromkeys((*standings.telling, *standings.board.metrics))
    for outcome in outcomes:
        if (outcome.name, "test") in recorded:
            return read_curves(frame, outcome)
    if (LOSS.name, "train") in recorded:
        return read_curves(frame, LOSS, "train")
    return None


def learning_curves(
    standings: Standings, entries: Sequence[Entry], curves: Curves, name: str
) -> Figure | None:
    """Draw the learning curves of a method's entries; None where they have none.

    Args:
        standings: the numbers.
        entries: of one method.
        curves: of all trials.
        name: the figure's.
    """
    panels = {d: _bundles(standings, entries, curves, d) for d in standings.board.datasets}
    panels = {d: of for d, of in panels.items() if any(len(each.epochs) for each in of)}
    if not panels:
        return None
    columns = min(COLUMNS, len(panels))
    n_rows, cut = -(-len(panels) // columns), []
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.3 + 1.9 * n_rows), layout="constrained")
        grid = canvas.subplots(n_rows, columns, squeeze=False)
        for axes, (dataset, bundles) in zip(grid.flat, panels.items(), strict=False):
            axes.set_ylim(*curve_limits(bundles, curves.outcome.sign))
            for colour, each in zip(COLOURS, bundles, strict=False):
                cut.append(draw_bundle(axes, each, colour, curves.outcome))
            axes.set_title(dataset, fontsize=9)
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(whole_numbers())
            axes.locator_params(axis="y", nbins=5)
            axes.grid(axis="y")
        for axes in grid[:, 0]:
            axes.set_ylabel(curves.titled)
        remove_unused(grid, len(panels))
        legend(canvas, [entry.name for entry in entries[: len(COLOURS)]], markers=False)
        svg = to_svg(canvas, name)
    caption = (
        f"Learning curves ({curves.label}): means over seeds with a 95 % band (Student's t), and "
        f"up to {MOST_SEEDS} single seeds as thin lines. Each frame is set by the second half of "
        "training."
    )
    if any(cut):
        caption += f" {CURVES_CUT}"
    data = pd.concat([_rows(each, d) for d, of in panels.items() for each in of])
    alt = f"Learning curves of {entries[0].method}, {curves.label} per epoch."
    return Figure(name, svg, alt, caption, data)


def _bundles(
    standings: Standings, entries: Sequence[Entry], curves: Curves, dataset: str
) -> list[Bundle]:
    trials = standings.board.trials
    here = trials[(trials["dataset"] == dataset) & trials["status"].isin(["ok", "diverged"])]
    bundles: list[Bundle] = []
    for entry in entries:
        rows = here[here["entry"] == entry.name]
        values = curves.of(rows["trial_id"].astype(str))
        used = np.flatnonzero(np.isfinite(values).any(axis=0))
        used = used[evenly(len(used), MOST_POINTS)]
        bundles.append(
            _Few(
                entry.name,
                0.0,
                curves.epochs[used],
                values[:, used],
                (rows["status"] == "diverged").to_numpy(),
                rows["seed"].to_numpy(dtype=float),
                tuple(rows["trial_id"].astype(str)),
            )
        )
    return bundles


class _Few(Bundle):
    """Curves of which fewer seeds are drawn."""

    @property
    def drawn(self) -> np.ndarray:
        """The places of the seeds that have a line of their own."""
        return evenly(len(self.values), MOST_SEEDS)


def _rows(each: Bundle, dataset: str) -> pd.DataFrame:
    mean, low, high = each.mean()
    shared = {"dataset": dataset, "entry": each.group, "epoch": each.epochs}
    values = {"mean": mean, "low": low, "high": high}
    return pd.DataFrame(shared | {name: significant(pd.Series(v)) for name, v in values.items()})
