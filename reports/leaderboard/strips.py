"""Strip plots of a dataset: every seed of every entry, and the means with their intervals."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.layout.board import Entry
from reports.layout.outcome import Outcome
from reports.leaderboard.look import colour_of, draw_entry, supervision_legend
from reports.leaderboard.standings import CEILING, CHANCE, Standings
from reports.page.figure import WIDTH, Figure, remove_unused, robust_limits, style
from reports.page.intervals import CUT, Limits, holding
from reports.page.svg import tell, to_svg
from reports.page.text import count, of_trial, words
from reports.stats.estimates import Floats

COLUMNS = 4
"""Panels in a row."""
TITLE = 20
"""Characters of a panel's title on one line."""
REFERENCE = "#777777"


def strips(
    standings: Standings, dataset: str, outcomes: Sequence[Outcome], name: str, *, told: bool
) -> Figure | None:
    """Draw every seed of every ranked entry; None where nothing was scored.

    Args:
        standings: the numbers.
        dataset: the dataset.
        outcomes: the metrics, a panel each.
        name: the figure's.
        told: whether marks say their trial, which makes the page larger.
    """
    tables = {outcome: standings.board.scores(dataset, outcome) for outcome in outcomes}
    tables = {
        o: table for o, table in tables.items() if len(table) and table.notna().any(axis=None)
    }
    entries = [
        entry
        for entry in standings.entries(dataset)
        if not entry.reference
        and any(entry.name in t.index and t.loc[entry.name].notna().any() for t in tables.values())
    ]
    if not entries:
        return None
    columns = min(COLUMNS, len(tables))
    n_rows = -(-len(tables) // columns)
    notes: list[str] = []
    with style():
        height = 0.4 + n_rows * (0.75 + 0.165 * len(entries))
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = canvas.subplots(n_rows, columns, squeeze=False, sharey=True)
        for axes, (outcome, table) in zip(panels.flat, tables.items(), strict=False):
            notes += _Panel(standings, dataset, outcome, table).draw(axes, entries, told=told)
        remove_unused(panels, len(tables))
        supervision_legend(canvas, entries)
        svg = to_svg(canvas, name)
    data = pd.DataFrame(
        [
            {"metric": outcome.name, "entry": e.name, "seed": seed, "value": value}
            for outcome, table in tables.items()
            for e in entries
            if e.name in table.index
            for seed, value in table.loc[e.name].dropna().items()
        ]
    )
    labels = words([outcome.label for outcome in tables])
    alt = f"Strip plots of {labels} for {count(len(entries), 'entry', 'entries')} on {dataset}."
    return Figure(name, svg, alt, _caption(dataset, notes), data)


def wrapped(outcome: Outcome) -> str:
    """Return a metric's title for a narrow panel; its arrow stays with the last word."""
    along = f"\u00a0{outcome.arrow_along}" if outcome.directed else ""
    return fill(f"{outcome.titled}{along}", TITLE)


def _caption(dataset: str, notes: list[str]) -> str:
    caption = (
        f"Every seed on {dataset}: small marks are seeds, large ones means with their 95 % "
        "interval, those of the table. The arrow points to what is better. Dotted lines are "
        "ceiling and chance level, where they lie within the frame."
    )
    if CUT in notes:
        caption += f" {CUT}"
    if outliers := [note for note in notes if note != CUT]:
        caption += f" Far outliers are triangles at the frame's edge: {words(outliers)}."
    return caption


class _Panel:
    """One metric of a strip plot."""

    def __init__(
        self, standings: Standings, dataset: str, outcome: Outcome, table: pd.DataFrame
    ) -> None:
        self.standings, self.dataset, self.outcome, self.table = standings, dataset, outcome, table
        self.of = standings.of[dataset, outcome.name]
        trials = standings.board.trials
        here = trials[trials["dataset"] == dataset]
        keys = zip(here["entry"], here["seed"], strict=True)
        self.trials = dict(zip(keys, here["trial_id"].astype(str), strict=True))

    def draw(self, axes: Axes, entries: Sequence[Entry], *, told: bool) -> list[str]:
        """Draw the panel; return a note for what lies outside its frame."""
        known = [entry for entry in entries if entry.name in self.table.index]
        everything = self.table.loc[[entry.name for entry in known]].to_numpy(dtype=float)
        limits = robust_limits(everything[np.isfinite(everything)])
        means = [self.of[entry.name].mean for entry in known]
        inside = [mean for mean in means if limits[0] <= mean.value <= limits[1]]
        frame = holding(limits, [m.low for m in inside], [m.high for m in inside])
        notes: list[str] = []
        for place, entry in enumerate(entries):
            if entry.name in self.table.index:
                notes += self._entry(axes, entry, place, frame, told=told)
        self._references(axes, frame)
        axes.set_xlim(*frame)
        axes.set_ylim(len(entries) - 0.4, -0.7)
        axes.set_yticks(range(len(entries)), labels=[entry.name for entry in entries], fontsize=8)
        axes.tick_params(axis="x", labelsize=8)
        axes.locator_params(axis="x", nbins=3)
        axes.set_xlabel(wrapped(self.outcome), fontsize=9)
        axes.grid(axis="x")
        return notes

    def _entry(
        self, axes: Axes, entry: Entry, place: int, frame: Limits, *, told: bool
    ) -> list[str]:
        row: pd.Series[float] = self.table.T[entry.name].dropna()
        colour = colour_of(entry)
        values = row.to_numpy(dtype=float)
        within = (values >= frame[0]) & (values <= frame[1])
        self._seeds(axes, entry, row[within], place - 0.24, told=told)
        for side, marker, at in ((values < frame[0], "<", 0), (values > frame[1], ">", 1)):
            if side.any():
                edge = np.full(int(side.sum()), frame[at])
                axes.plot(edge, np.full(len(edge), place - 0.24), marker, color=colour, ms=3.5)
        mean, notes = self.of[entry.name].mean, []
        if frame[0] <= mean.value <= frame[1]:
            cut = draw_entry(axes, entry, place + 0.08, mean, frame, across=True)
            notes += [CUT] if cut else []
        if beyond := int((~within).sum()):
            notes.append(f"{count(beyond, 'seed')} of {entry.name} ({self.outcome.label})")
        return notes

    def _seeds(
        self, axes: Axes, entry: Entry, row: "pd.Series[float]", height: float, *, told: bool
    ) -> None:
        values: Floats = np.array(row, dtype=np.float64)
        colour = colour_of(entry)
        if told:
            level = np.full(len(values), height)
            (marks,) = axes.plot(values, level, ".", color=colour, ms=3, alpha=0.75)
            known = [self.trials.get((entry.name, seed), "–") for seed in row.index]
            titles = zip(known, row.index, values, strict=True)
            tell(marks, [of_trial(trial, float(seed), value) for trial, seed, value in titles])
            return
        gap = np.full(len(values), np.nan)  # one path: a mark each would be most of the page
        x = np.column_stack([values, values, gap]).ravel()
        y = np.tile([height - 0.13, height + 0.13, np.nan], len(values))
        axes.plot(x, y, color=colour, linewidth=0.8, alpha=0.75)

    def _references(self, axes: Axes, frame: Limits) -> None:
        for method in (CEILING, CHANCE):
            level = self.standings.reference(method, self.dataset, self.outcome)
            if np.isfinite(level) and frame[0] <= level <= frame[1]:
                axes.axvline(level, color=REFERENCE, linewidth=0.9, linestyle=":")
