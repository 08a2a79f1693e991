"""What entries cost: parameters and seconds as a table, and quality against training time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.layout.board import Entry
from reports.leaderboard.dataset_table import entry_column, spread_out
from reports.leaderboard.figures.look import Mark, draw_marks, supervision_legend
from reports.leaderboard.standings import Standings
from reports.page.figure import WIDTH, Figure, remove_unused, robust_limits, style
from reports.page.intervals import CUT, holding
from reports.page.svg import to_svg
from reports.page.tables import Column, Table
from reports.page.text import durations, words
from reports.page.ticks import tick_log
from reports.stats.estimates import Estimate

SECONDS = {
    "time.step": "a step",
    "time.train": "training",
    "time.evaluate": "evaluation",
    "time.total": "in all",
}
"""Columns of seconds, and what they are called."""
PARAMETERS = "env.parameters"
DEVICE = "env.device"


def cost_table(standings: Standings) -> Table | None:
    """Return a row an entry and dataset: medians over its trials; None where nothing was timed."""
    trials = standings.board.trials
    present = [column for column in (PARAMETERS, *SECONDS) if _known(trials, column)]
    if not present:
        return None
    rows = [
        (entry, dataset, of)
        for dataset in standings.board.datasets
        for entry in standings.entries(dataset)
        if not entry.reference and len(of := _ended_well(trials, entry, dataset))
    ]
    medians = {
        column: [float(pd.to_numeric(of[column], errors="coerce").median()) for *_, of in rows]
        for column in present
    }
    devices = [
        ", ".join(sorted({str(d) for d in of[DEVICE].dropna()})) if DEVICE in of else "–"
        for *_, of in rows
    ]
    columns = [
        entry_column([entry for entry, *_ in rows]),
        Column("dataset", [dataset for _, dataset, _ in rows]),
    ]
    if PARAMETERS in present:
        n = medians[PARAMETERS]
        columns.append(Column("parameters", ["–" if np.isnan(v) else f"{v:,.0f}" for v in n], n))
    for column, label in SECONDS.items():
        if column in present:
            shown = (
                ["–" if np.isnan(v) else f"{1e3 * v:.3g} ms" for v in medians[column]]
                if column == "time.step"
                else durations(medians[column])
            )
            columns.append(Column(label, shown, medians[column], "seconds"))
    columns.append(Column("device", devices))
    data = pd.DataFrame(
        {
            "entry": [entry.name for entry, *_ in rows],
            "dataset": [dataset for _, dataset, _ in rows],
            **medians,
            "device": devices,
        }
    )
    caption = (
        "What a trial of each entry costs: medians over its trials that ended well. Seconds are "
        "wall time on the device named, whatever else ran there; compare them only within one "
        "device."
    )
    return Table("cost", caption, columns, data)


def cost_figure(standings: Standings) -> Figure | None:
    """Draw the chosen metric against training time, a panel a dataset; None without either."""
    board, outcome = standings.board, standings.chosen
    if outcome is None or not _known(board.trials, "time.train"):
        return None
    points = {dataset: _points(standings, dataset) for dataset in board.datasets}
    points = {dataset: of for dataset, of in points.items() if len(of)}
    if not points:
        return None
    columns = min(2, len(points))
    n_rows, cut = -(-len(points) // columns), 0
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.35 + 2.75 * n_rows), layout="constrained")
        panels = canvas.subplots(n_rows, columns, squeeze=False)
        for axes, (dataset, of) in zip(panels.flat, points.items(), strict=False):
            cut += _panel(axes, of, outcome.sign)
            axes.set_title(dataset)
            axes.set_xlabel("training, s")
        for axes in panels[:, 0]:
            axes.set_ylabel(f"{outcome.titled} {outcome.arrow}")
        remove_unused(panels, len(points))
        supervision_legend(canvas, [board.entries[name] for name in board.ranked])
        svg = to_svg(canvas, "quality")
    caption = (
        f"{outcome.label} against the median training time of a trial, with the 95 % interval of "
        "the mean, those of the tables. Named: entries than which no other is both better and "
        "faster; a mark says its entry."
    )
    if cut:
        caption += f" {CUT}"
    data = pd.DataFrame(
        [
            {
                "dataset": dataset,
                "entry": point.entry.name,
                "seconds": point.seconds,
                **spread_out("mean", point.mean),
            }
            for dataset, of in points.items()
            for point in of
        ]
    )
    alt = f"{outcome.label} against training time on {words(list(points))}."
    return Figure("quality", svg, alt, caption, data)


def _known(trials: pd.DataFrame, column: str) -> bool:
    return column in trials and bool(pd.to_numeric(trials[column], errors="coerce").notna().any())


def _ended_well(trials: pd.DataFrame, entry: Entry, dataset: str) -> pd.DataFrame:
    chosen = (trials["entry"] == entry.name) & (trials["dataset"] == dataset)
    return trials[chosen & (trials["status"] == "ok")]


@dataclass(frozen=True)
class _Point:
    entry: Entry
    seconds: float
    mean: Estimate


def _points(standings: Standings, dataset: str) -> list[_Point]:
    """Return the marks of a dataset: of each entry that has a time and a mean."""
    assert standings.chosen
    of = standings.of.get((dataset, standings.chosen.name), {})
    points = []
    for entry in standings.entries(dataset):
        if entry.reference or entry.name not in of:
            continue
        trials = _ended_well(standings.board.trials, entry, dataset)
        seconds = float(pd.to_numeric(trials["time.train"], errors="coerce").median())
        if seconds > 0 and np.isfinite(of[entry.name].mean.value):
            points.append(_Point(entry, seconds, of[entry.name].mean))
    return points


def _panel(axes: Axes, points: Sequence[_Point], sign: int) -> int:
    limits = robust_limits(np.array([point.mean.value for point in points]))
    inside = [point for point in points if limits[0] <= point.mean.value <= limits[1]]
    frame = holding(limits, [p.mean.low for p in inside], [p.mean.high for p in inside])
    seconds = [point.seconds for point in points]
    axes.set_xscale("log")
    axes.set_xlim(min(seconds) / 1.5, max(seconds) * 1.5)
    axes.set_ylim(*frame)
    marks = [Mark(point.entry, point.seconds, point.mean) for point in inside]
    cut = draw_marks(axes, marks, frame, across=False)
    _name_front(axes, inside, sign)
    tick_log(axes.xaxis, 4)
    axes.grid(axis="both")
    return cut


def _name_front(axes: Axes, points: Sequence[_Point], sign: int) -> None:
    """Name the entries that no other beats in both, each beside its mark."""
    middle, best = float(np.sqrt(np.prod(axes.get_xlim()))), -np.inf
    for point in sorted(points, key=lambda p: p.seconds):
        if sign * point.mean.value <= best:
            continue
        best = sign * point.mean.value
        right = point.seconds > middle
        axes.annotate(
            point.entry.name,
            (point.seconds, point.mean.value),
            xytext=(-5 if right else 5, 3 * sign),
            textcoords="offset points",
            ha="right" if right else "left",
            va="bottom" if sign > 0 else "top",
            fontsize=7.5,
        )
