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
from reports.page.figure import WIDTH, Figure, remove_unused, style, wide_limits
from reports.page.intervals import CUT, holding
from reports.page.svg import to_svg
from reports.page.tables import Column, Table
from reports.page.text import durations, number, words
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
Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""
LETTER, ROW, MARK, GAP = 3.7, 8.0, 2.5, 3.0
"""In points: a name's mean letter, its height, half a mark, and the gap between both."""


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
                ["–" if np.isnan(v) else f"{number(1e3 * v, 3)} ms" for v in medians[column]]
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
    n_rows, cut, beyond = -(-len(points) // columns), 0, []
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.35 + 2.75 * n_rows), layout="constrained")
        panels = canvas.subplots(n_rows, columns, squeeze=False)
        for axes, (dataset, of) in zip(panels.flat, points.items(), strict=False):
            size = 72 * (WIDTH / columns - 0.7), 72 * 2.1  # of a panel, in points
            outside = _panel(axes, of, outcome.sign, size)
            cut += outside[0]
            beyond += [f"{name} on {dataset}" for name in outside[1]]
            axes.set_title(dataset)
            axes.set_xlabel("training, s")
        for axes in panels[:, 0]:
            axes.set_ylabel(f"{outcome.titled} {outcome.arrow}")
        remove_unused(panels, len(points))
        supervision_legend(canvas, [board.entries[name] for name in board.ranked])
        svg = to_svg(canvas, "quality")
    caption = (
        f"{outcome.label} against the median training time of a trial, with the 95 % interval of "
        "the mean, those of the tables. Named, where there is room: entries than which no other is "
        "both better and faster; a mark says its entry."
    )
    if beyond:
        caption += f" Beyond the frame, as they would flatten all others: {words(beyond)}."
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


def _panel(
    axes: Axes, points: Sequence[_Point], sign: int, size: tuple[float, float]
) -> tuple[int, list[str]]:
    """Draw a dataset; return how many intervals are cut, and the entries beyond the frame."""
    limits = wide_limits(np.array([point.mean.value for point in points]))
    inside = [point for point in points if limits[0] <= point.mean.value <= limits[1]]
    frame = holding(limits, [p.mean.low for p in inside], [p.mean.high for p in inside])
    seconds = [point.seconds for point in points]
    axes.set_xscale("log")
    axes.set_xlim(min(seconds) / 1.25, max(seconds) * 1.25)
    axes.set_ylim(*frame)
    marks = [Mark(point.entry, point.seconds, point.mean) for point in inside]
    cut = draw_marks(axes, marks, frame, across=False)
    _name_front(axes, inside, sign, size)
    tick_log(axes.xaxis, 4)
    axes.grid(axis="both")
    return cut, [point.entry.name for point in points if point not in inside]


def _name_front(axes: Axes, points: Sequence[_Point], sign: int, size: tuple[float, float]) -> None:
    """Name the entries that no other beats in both, the best first, where a name hides nothing."""
    left, right = (float(np.log(end)) for end in axes.get_xlim())
    ends = (left, right), axes.get_ylim()

    def place(seconds: float, value: float) -> tuple[float, float]:
        at = np.log(seconds), np.clip(value, *ends[1])
        x, y = (
            float(length * (where - low) / (high - low))
            for where, (low, high), length in zip(at, ends, size, strict=True)
        )
        return x, y

    taken = []
    for point in points:
        (x, y), (_, low), (_, high) = (
            place(point.seconds, value)
            for value in (point.mean.value, point.mean.low, point.mean.high)
        )
        taken += [(x - MARK, y - MARK, x + MARK, y + MARK), (x - 0.5, low, x + 0.5, high)]
    for point in reversed(_front(points, sign)):
        x, y = place(point.seconds, point.mean.value)
        width = LETTER * len(point.entry.name)
        for dx, dy in (
            (GAP, GAP),
            (-GAP - width, GAP),
            (GAP, -GAP - ROW),
            (-GAP - width, -GAP - ROW),
        ):
            left, bottom = x + dx, y + dy
            box = left, bottom, left + width, bottom + ROW
            within = box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1] + ROW
            if within and not any(_overlap(box, other) for other in taken):
                axes.annotate(
                    point.entry.name,
                    (point.seconds, point.mean.value),
                    xytext=(dx, dy),
                    textcoords="offset points",
                    va="bottom",
                    fontsize=7.5,
                )
                taken.append(box)
                break


def _front(points: Sequence[_Point], sign: int) -> list[_Point]:
    """Return the entries than which no other is both better and faster, fastest first."""
    front: list[_Point] = []
    for point in sorted(points, key=lambda p: p.seconds):
        if not front or sign * point.mean.value > sign * front[-1].mean.value:
            front.append(point)
    return front


def _overlap(one: Box, other: Box) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(
        one[1], other[1]
    )
