"""A section a method: configuration, learning curves, pictures, and how to run it again."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from reports.kinds.shared.by_dataset import with_prefix
from reports.kinds.tuning.command import repeat_commands
from reports.layout.board import Entry
from reports.layout.grid import Grid
from reports.layout.outcome import Outcome
from reports.layout.profiles import profiles
from reports.leaderboard.dataset_table import anchor_of
from reports.leaderboard.figures.learning_curves import curves_of, learning_curves
from reports.leaderboard.sources import Sources
from reports.leaderboard.standings import Standings
from reports.page.page import Part, Section
from reports.page.tables import Column, Table
from reports.page.text import words
from reports.pictures.gallery import MADE, gallery
from reports.pictures.latent_walks import walks
from reports.pictures.skeletons import skeletons
from reports.pictures.swaps import swap_grids

LEARNS_FROM = {
    "none": "images alone",
    "pairs": "pairs of images",
    "partial": "images and a part of their labels",
    "labels": "images and their labels",
    "?": "what is not known, as the method cannot be loaded here",
}
PICTURED = 10
"""Methods times datasets up to which a method is pictured on every dataset, else on its first."""


def method_sections(standings: Standings, sources: Sources) -> list[Section]:
    """Return a folded section for each method, best first; references have none."""
    by_method: dict[str, list[Entry]] = {}
    for entry in standings.ranked():
        by_method.setdefault(entry.method, []).append(entry)
    curves = curves_of(standings, sources.curves)
    few = len(by_method) * len(standings.board.datasets) <= PICTURED
    sections = []
    for place, (method, entries) in enumerate(by_method.items()):
        name = f"method{place}"
        parts: list[Part] = [_said(standings, entries), _configuration(entries, name)]
        drawn = learning_curves(standings, entries, curves, f"{name}-curves") if curves else None
        parts += [drawn] if drawn else []
        parts += _pictures(standings, sources, entries[0], name, every=few)
        parts.append(_commands(standings, sources, entries))
        sections.append(Section(method, parts, folded=True, anchor=anchor_of(method)))
    return sections


def _said(standings: Standings, entries: Sequence[Entry]) -> Markup:
    learns = LEARNS_FROM[entries[0].supervision]
    datasets = [d for d in standings.board.datasets if any(d in entry.on for entry in entries)]
    marks = [mark for entry in entries for mark in entry.marks]
    differing = f" Marked: {words(list(dict.fromkeys(marks)))}." if marks else ""
    return Markup("<p>Learns from {}. Run on {} as {}.{}</p>").format(
        learns, words(datasets), words([entry.name for entry in entries]), differing
    )


def _configuration(entries: Sequence[Entry], name: str) -> Table:
    """Return the values of a method's settings, a column an entry and dataset where they differ."""
    columns: list[tuple[str, dict[str, str]]] = []
    for entry in entries:
        on = {dataset: _settings(values) for dataset, values in entry.on.items()}
        same = all(values == next(iter(on.values())) for values in on.values())
        title = entry.variant or entry.name
        columns += (
            [(title, next(iter(on.values())))]
            if same
            else [(f"{title}, {dataset}", values) for dataset, values in on.items()]
        )
    keys = list(dict.fromkeys(key for _, values in columns for key in values))
    rows = [[values.get(key, "–") for _, values in columns] for key in keys]
    varied = [len(set(row)) > 1 for row in rows]
    order = sorted(range(len(keys)), key=lambda i: not varied[i])
    bold = Markup("<b>{}</b>")
    shown = [
        Column("setting", [keys[i] for i in order]),
        *(
            Column(title, [bold.format(rows[i][j]) if varied[i] else rows[i][j] for i in order])
            for j, (title, _) in enumerate(columns)
        ),
    ]
    data = pd.DataFrame(
        {"setting": keys} | {t: [values.get(k) for k in keys] for t, values in columns}
    )
    tuned = any(entry.variant == "tuned" for entry in entries)
    caption = f"Configuration of {entries[0].method}"
    caption += ", tuned beside default; bold is what differs." if tuned else "."
    return Table(f"{name}-configuration", caption, shown, data)


def _settings(values: Mapping[str, object]) -> dict[str, str]:
    """Return what a reader of a configuration looks for: the method's settings, and the budget."""
    groups = ("method.", "scale.")
    hidden = ("scale.scored_on", "scale.name")
    return {k: _written(v) for k, v in values.items() if k.startswith(groups) and k not in hidden}


def _written(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(_written, value)) if isinstance(value, list) else str(value)


def _pictures(
    standings: Standings, sources: Sources, entry: Entry, name: str, *, every: bool
) -> list[Part]:
    """Return pictures of an entry's best trial on each dataset, or on one."""
    parts: list[Part] = []
    for place, dataset in enumerate(standings.board.datasets):
        grid = _grid(standings, entry, dataset)
        if grid is None:
            continue
        of = profiles(grid)
        found = [
            gallery(sources.artifact, grid, of, MADE),
            skeletons(sources.artifact, grid, of),
            swap_grids(sources.artifact, grid, of),
            *walks(sources.artifact, grid, of),
        ]
        parts += [with_prefix(figure, f"{name}-{place}") for figure in found if figure]
        if parts and not every:
            break
    return parts


def _grid(standings: Standings, entry: Entry, dataset: str) -> Grid | None:
    """Return an entry's trials that have a value of what they are chosen by, as one group."""
    board, outcome = standings.board, _judged_by(standings, entry, dataset)
    if outcome is None:
        return None
    trials = board.trials
    rows = trials[(trials["entry"] == entry.name) & (trials["dataset"] == dataset)]
    value = pd.to_numeric(rows[outcome.column], errors="coerce").to_numpy(dtype=float)
    kept = (rows["status"] == "ok").to_numpy() & np.isfinite(value)
    group = f"{entry.name} on {dataset}"
    laid = pd.DataFrame(
        {
            "trial_id": rows["trial_id"].astype(str),
            "status": rows["status"],
            "seed": rows["seed"].astype(float),
            "x": 0.0,
            "group": group,
            "value": value,
        }
    )[kept].reset_index(drop=True)
    return Grid(laid, None, (), (group,), (0.0,), outcome)


def _judged_by(standings: Standings, entry: Entry, dataset: str) -> Outcome | None:
    outcomes = dict.fromkeys((*standings.telling, *standings.board.metrics))
    for outcome in outcomes:
        standing = standings.of.get((dataset, outcome.name), {}).get(entry.name)
        if standing and standing.mean.n:
            return outcome
    return None


def _commands(standings: Standings, sources: Sources, entries: Sequence[Entry]) -> Markup:
    """Return the commands that run the entries' trials again, on each dataset."""
    trials, blocks = standings.board.trials, []
    for entry in entries:
        for dataset in entry.on:
            rows = trials[(trials["entry"] == entry.name) & (trials["dataset"] == dataset)]
            config = sources.config(str(rows["trial_id"].iloc[0])) if len(rows) else None
            if config:
                seeds = sorted({int(seed) for seed in rows["seed"]})
                lines = "\n".join(repeat_commands(config, seeds))
                head = Markup("<p>{} on {}:</p>\n<pre>{}</pre>")
                blocks.append(head.format(entry.name, dataset, lines))
    if not blocks:
        return Markup("")
    fold = Markup("<details><summary>Run it again</summary>\n{}\n</details>")
    return fold.format(Markup("\n").join(blocks))
