"""The page of what changed between two runs."""

import pandas as pd
from markupsafe import Markup

from reports.leaderboard.changes.between import VERDICTS, Change, Changes
from reports.leaderboard.dataset_table import spread_out, with_interval
from reports.page.page import Page, Part, Section
from reports.page.tables import Chooser, Column, Table
from reports.page.text import bare_p, count, interval, words

_CLASSES = {"better": "holds", "worse": "fails"}
MOST_NAMED = 60
"""Most entries listed that only one run has."""


def changes_page(changes: Changes, before: str, after: str, notes: tuple[str, ...] = ()) -> Page:
    """Return the page.

    Args:
        changes: what changed.
        before: the first run's location.
        after: the second's.
        notes: what differs in how the two were run.
    """
    fact = Markup("<dl><dt>A</dt><dd>{}</dd><dt>B</dt><dd>{}</dd></dl>").format(before, after)
    summary = Markup('<p class="summary">{}</p>').format(said(changes))
    sections = [Section("What changed", [_table(changes)])] if changes.changes else []
    alone: list[Part] = [
        _listed(f"Only in {name}", items)
        for name, items in (("A", changes.only_before), ("B", changes.only_after))
        if items
    ]
    if alone:
        sections.append(Section("What only one of them has", alone))
    cautions = [*notes, *changes.endings]
    note = [_listed("To be careful of", cautions)] if cautions else []
    return Page("B compared with A", "", Markup("\n").join([summary, fact, *note]), sections)


def said(changes: Changes) -> str:
    """Say in a sentence how many scores got better and worse."""
    n = len(changes.changes)
    if not n:
        return (
            "The two runs have no score in common: entries are compared with those of the same "
            "name. unbraid leaderboard A B puts different methods side by side."
        )
    parts = [f"{changes.count(v):,} {v}" for v in VERDICTS if changes.count(v)]
    return f"Of {count(n, 'score')} that both have, B against A: {words(parts)}."


def _table(changes: Changes) -> Table:
    rows = sorted(changes.changes, key=lambda change: VERDICTS.index(change.verdict))
    gaps = [row.difference for row in rows]
    columns = [
        Column("B is", [_mark(row) for row in rows]),
        Column("dataset", [row.dataset for row in rows]),
        Column("entry", [row.entry for row in rows]),
        Column("metric", [f"{row.outcome.titled} {row.outcome.arrow}" for row in rows]),
        Column("A", [with_interval(row.before) for row in rows], [r.before.value for r in rows]),
        Column("B", [with_interval(row.after) for row in rows], [r.after.value for r in rows]),
        Column("B − A", [_gap(row) for row in rows], [gap.value for gap in gaps]),
        Column("n", [_sample(row) for row in rows], [gap.n for gap in gaps]),
        Column("Holm p", [bare_p(row.adjusted) for row in rows], [row.adjusted for row in rows]),
    ]
    found = {f"k{VERDICTS.index(v)}": v for v in VERDICTS if changes.count(v)}
    caption = (
        "Every score that both runs have: means over seeds with 95 % intervals, and the difference "
        "with an interval that is not adjusted. Paired by seed (t-test) where three seeds or more "
        "are the same, else Welch's test, marked “unpaired”; p adjusted by Holm's method for all "
        "entries on one dataset in one metric."
    )
    data = pd.DataFrame(
        [
            {
                "dataset": row.dataset,
                "entry": row.entry,
                "metric": row.outcome.name,
                **spread_out("a", row.before),
                **spread_out("b", row.after),
                **spread_out("difference", row.difference),
                "n": row.difference.n,
                "paired": row.paired,
                "p": row.difference.p,
                "p_holm": row.adjusted,
                "verdict": row.verdict,
            }
            for row in rows
        ]
    )
    return Table(
        "changes",
        caption,
        columns,
        data,
        choosers=[Chooser("B is", found, frozenset(found))],
        row_choices=[(f"k{VERDICTS.index(row.verdict)}",) for row in rows],
    )


def _mark(row: Change) -> str:
    verdict = row.verdict
    if verdict not in _CLASSES:
        return verdict
    return Markup('<span class="verdict {}">{}</span>').format(_CLASSES[verdict], verdict)


def _gap(row: Change) -> Markup:
    value, bracket, ends = interval(row.difference, signed=True).partition(" [")
    below = Markup(" <small>[{}</small>").format(ends) if bracket else ""
    return Markup("{}{}").format(value, below)


def _sample(row: Change) -> str:
    return str(row.difference.n) if row.paired else f"{row.difference.n}, unpaired"


def _listed(title: str, items: tuple[str, ...] | list[str]) -> Markup:
    shown = Markup("").join(Markup("<li>{}</li>").format(item) for item in items[:MOST_NAMED])
    more = (
        Markup("<li>and {} more</li>").format(len(items) - MOST_NAMED)
        if len(items) > MOST_NAMED
        else ""
    )
    return Markup('<div class="note">{}:<ul>{}{}</ul></div>').format(title, shown, more)
