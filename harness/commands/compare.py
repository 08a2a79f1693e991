"""``unbraid compare``: what got better, worse or neither from one run directory to another."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.commands.leaderboard import read, target
from harness.commands.running.locations import require_there
from harness.methods import supervision_in
from harness.plugins import names_of_a_run

if TYPE_CHECKING:
    from reports.leaderboard.changes.between import Change, Changes

HEADER = ("B is", "dataset", "entry", "metric", "A", "B", "B - A", "n", "Holm p")


def run(options: argparse.Namespace) -> int:
    """Print a row a score that both runs have, and what only one of them has."""
    require_there(list(dict.fromkeys([options.before, options.after])))
    from reports import require_html
    from reports.leaderboard import compare

    out = target(options.out) if options.out else None
    if out:
        require_html(out)
    with names_of_a_run():
        before, after = (read([location])[0] for location in (options.before, options.after))
        changes = compare(before, after, supervision_in([before.sweep, after.sweep]), out)
    print(f"A: {options.before}\nB: {options.after}\n")
    print("\n".join(_text(changes)))
    if out:
        print(f"\n{out.resolve()}")
    return 0


def _text(changes: "Changes") -> list[str]:
    from reports.leaderboard.changes.between import VERDICTS
    from reports.leaderboard.changes.page import said

    rows = sorted(changes.changes, key=lambda change: VERDICTS.index(change.verdict))
    lines = _aligned([HEADER, *map(_row, rows)]) if rows else []
    for name, items in (("A", changes.only_before), ("B", changes.only_after)):
        lines += ["", f"Only in {name}:", *(f"  {item}" for item in items)] if items else []
    if changes.endings:
        lines += ["", "Trials that ended well, in A and in B:"]
        lines += [f"  {ending}" for ending in changes.endings]
    return [*lines, "", said(changes)]


def _row(change: "Change") -> tuple[str, ...]:
    from reports.page.text import bare_p, interval

    n = f"{change.difference.n}{'' if change.paired else ', unpaired'}"
    return (
        change.verdict,
        change.dataset,
        change.entry,
        f"{change.outcome.titled} {change.outcome.arrow}",
        interval(change.before),
        interval(change.after),
        interval(change.difference, signed=True),
        n,
        bare_p(change.adjusted),
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines whose columns stand below one another."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
