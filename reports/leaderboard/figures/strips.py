"""Strip plots of a dataset: every seed of every entry, and the means with their intervals."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.layout.board import Entry
from reports.layout.outcome import Outcome
from reports.leaderboard.figures.look import (
    Mark,
    colour_of,
    draw_marks,
    draw_plain_marks,
    strokes,
    supervision_legend,
)
from reports.leaderboard.standings import LEVELS, Standings
from reports.page.figure import WIDTH, Figure, remove_unused, robust_limits, style
from reports.page.intervals import CUT, Limits, holding
from reports.page.svg import tell, to_svg
from reports.page.text import count, of_trial, words

COLUMNS = 4
"""Panels in a row."""
TITLE = 20
"""Characters of a panel's title on one line."""
REFERENCE = "#777777"
ABOVE = -0.24
"""How far seeds lie from their mean, in rows."""


def strips(
    standings: Standings, dataset: str, outcomes: Sequence[Outcome], name: str, *, told: bool
) -> Figure | None:
    """Draw every seed of every ranked entry; None where nothing was scored.

    Args:
        standings: the numbers.
        dataset: the dataset.
        outcomes: the metrics, a panel each.
        name: the figure's.
        told: whether marks say what they are, which makes the page larger; without it default
            configurations are left out where there are tuned ones.
    """
    tables = {outcome: standings.board.scores(dataset, outcome) for outcome in outcomes}
    tables = {o: t for o, t in tables.items() if len(t) and t.notna().to_numpy().any()}
    entries = [
        entry
        for entry in standings.entries(dataset)
        if not entry.reference
        and any(entry.name in t.index and t.T[entry.name].notna().any() for t in tables.values())
    ]
    if not told:
        entries = [entry for entry in entries if entry.variant != "default"] or entries
    if not entries:
        return None
    columns = min(COLUMNS, len(tables))
    n_rows = -(-len(tables) // columns)
    notes: list[str] = []
    with style():
        height = 0.4 + n_rows * (0.75 + 0.165 * len(entries))
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = canvas.subplots(n_rows, columns, squeeze=False, sharey=True)
        panels[0, 0].set_ylim(len(entries) - 0.4, -0.7)
        labels = [entry.name for entry in entries]
        panels[0, 0].set_yticks(range(len(entries)), labels=labels, fontsize=8)
        for axes in panels.flat:
            axes.tick_params(axis="y", left=False)
        for axes, (outcome, table) in zip(panels.flat, tables.items(), strict=False):
            notes += _Panel(standings, dataset, outcome, table).draw(axes, entries, told=told)
        remove_unused(panels, len(tables))
        supervision_legend(canvas, entries)
        svg = to_svg(canvas, name)
    named = words([outcome.label for outcome in tables])
    alt = f"Strip plots of {named} for {count(len(entries), 'entry', 'entries')} on {dataset}."
    return Figure(name, svg, alt, _caption(dataset, notes, told=told), None)


def wrapped(outcome: Outcome) -> str:
    """Return a metric's title for a narrow panel; its arrow stays with the last word."""
    along = f"\u00a0{outcome.arrow_along}" if outcome.directed else ""
    return fill(f"{outcome.titled}{along}", TITLE)


def _caption(dataset: str, notes: list[str], *, told: bool) -> str:
    caption = (
        f"Every seed on {dataset}: small marks are seeds, large ones means with their 95 % "
        "interval, those of the table. The arrow points to what is better. Dotted lines are "
        "the levels of the table's headings, where they lie within the frame. The table of trials "
        "holds every value."
    )
    if not told:
        caption += " Default configurations are left out."
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
        self.standings, self.dataset, self.outcome = standings, dataset, outcome
        self.of = standings.of[dataset, outcome.name]
        self.values = {str(name): row.dropna() for name, row in table.iterrows()}

    def draw(self, axes: Axes, entries: Sequence[Entry], *, told: bool) -> list[str]:
        """Draw the panel; return a note for what lies outside its frame."""
        known = [(p, e) for p, e in enumerate(entries) if len(self.values.get(e.name, ()))]
        everything = np.concatenate([self.values[entry.name].to_numpy() for _, entry in known])
        limits = robust_limits(everything)
        means = [self.of[entry.name].mean for _, entry in known]
        inside = [mean for mean in means if limits[0] <= mean.value <= limits[1]]
        frame = holding(limits, [m.low for m in inside], [m.high for m in inside])
        notes: list[str] = []
        kinds: dict[str, list[tuple[int, Entry]]] = {}
        for place, entry in known:
            kinds.setdefault(colour_of(entry), []).append((place, entry))
        for colour, of in kinds.items():
            notes += self._seeds(axes, of, colour, frame, told=told)
        marks = [
            Mark(entry, place + 0.08, mean)
            for (place, entry), mean in zip(known, means, strict=True)
        ]
        if (draw_marks if told else draw_plain_marks)(axes, marks, frame):
            notes.append(CUT)
        self._references(axes, frame)
        axes.set_xlim(*frame)
        axes.tick_params(axis="x", labelsize=8)
        axes.locator_params(axis="x", nbins=3)
        axes.set_xlabel(wrapped(self.outcome), fontsize=9)
        axes.grid(axis="x")
        return notes

    def _seeds(
        self,
        axes: Axes,
        entries: Sequence[tuple[int, Entry]],
        colour: str,
        frame: Limits,
        *,
        told: bool,
    ) -> list[str]:
        """Draw the seeds of all entries of one colour."""
        rows = pd.DataFrame(
            [
                (entry.name, seed, value, place + ABOVE)
                for place, entry in entries
                for seed, value in self.values[entry.name].items()
            ],
            columns=["entry", "seed", "value", "height"],
        )
        within = rows["value"].between(*frame)
        inside = rows[within]
        if told:
            look: dict[str, Any] = {"markersize": 3.2, "alpha": 0.75, "markeredgewidth": 0}
            (marks,) = axes.plot(inside["value"], inside["height"], ".", color=colour, **look)
            tell(marks, self._titles(inside))
        else:  # one path: a mark each would be most of the page
            x, y = inside["value"].to_numpy(), inside["height"].to_numpy()
            axes.plot(*strokes(x, x, y - 0.13, y + 0.13), color=colour, linewidth=0.7)
        for beyond, marker, at in (
            (rows[rows["value"] < frame[0]], "<", frame[0]),
            (rows[rows["value"] > frame[1]], ">", frame[1]),
        ):
            if len(beyond):
                edge = np.full(len(beyond), at)
                axes.plot(edge, beyond["height"], marker, color=colour, ms=3.5)
        outside = rows.loc[~within, "entry"].value_counts(sort=False)
        return [
            f"{count(int(n), 'seed')} of {entry} ({self.outcome.label})"
            for entry, n in outside.items()
        ]

    def _titles(self, rows: pd.DataFrame) -> list[str]:
        trials = self.standings.trial_ids
        return [
            f"{entry}, {of_trial(trials[self.dataset, entry, seed], seed, value)}"
            for entry, seed, value in zip(rows["entry"], rows["seed"], rows["value"], strict=True)
        ]

    def _references(self, axes: Axes, frame: Limits) -> None:
        for method in LEVELS.values():
            level = self.standings.reference(method, self.dataset, self.outcome)
            if np.isfinite(level) and frame[0] <= level <= frame[1]:
                axes.axvline(level, color=REFERENCE, linewidth=0.9, linestyle=":")
