"""``unbraid leaderboard``: every method of one or several run directories on one page."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.running.locations import require_there
from harness.errors import UserError
from harness.methods import supervision_in
from harness.plugins import names_of_a_run
from harness.shell import command_line

if TYPE_CHECKING:  # pandas and what draws take seconds, which a mistake need not wait for
    from harness.results import Results

PROTOCOL = "leaderboard"
"""The search space whose protocol an added method goes through where none is named."""


def run(options: argparse.Namespace) -> int:
    """Write the page and print its path; before, run a method that is to be added to it."""
    _check(options)
    from reports import require_html

    out = target(options.out)
    require_html(out)
    code, locations = 0, list(options.run_dirs)
    if options.add:
        from harness.commands import add_method

        code, added = add_method.run(options.add, options.like or PROTOCOL, options.further)
        if code not in (0, 1) or not added:  # interrupted; dry_run=true
            return code
        locations += added
    from reports.leaderboard import draw

    with names_of_a_run():
        runs = read(list(dict.fromkeys(locations)))
        print(draw(runs, supervision_in(run.sweep for run in runs), out).resolve())
    return code


def _check(options: argparse.Namespace) -> None:
    if not options.add:
        for option, given in (("--with", options.further), ("--like", options.like)):
            if given:
                raise UserError(
                    f"{option} needs --add: it is about the sweep of a method that is added, "
                    "--add my_method.MyMethod."
                )
        if not options.run_dirs:
            raise UserError("Name a run directory, or a method to run: --add my_method.MyMethod.")
    require_there(options.run_dirs)


def target(out: Path) -> Path:
    """Return the file to write: a name without an ending, or of a folder, becomes one in it."""
    return out / "leaderboard.html" if out.is_dir() or not out.suffix else out


def read(locations: Sequence[str]) -> "list[Results]":
    """Read run directories; name what is torn in them.

    Raises:
        UserError: one cannot be read, or none of their trials has finished.
    """
    from harness.commands.report import with_labelled_metrics
    from harness.results.arrays.lost import lost_pictures
    from reports.layout.board import read_runs

    runs = read_runs(locations, with_labelled_metrics)
    for results in runs:
        results.problems.extend(lost_pictures(results))
        for problem in results.problems:
            print(f"problem: {results.location}: {problem}", file=sys.stderr)
    empty = [results.location for results in runs if not len(results.trials)]
    if len(empty) == len(runs):
        raise UserError(
            f"None of the trials of {' and '.join(empty)} has finished, so there is nothing to put "
            f"side by side. Run them: {command_line(['unbraid', 'resume', empty[0]])}"
        )
    return runs
