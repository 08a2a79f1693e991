"""``unbraid sweep``: plan a sweep, or take up an earlier one, and run what is missing."""

import argparse
from collections.abc import Sequence

from harness.commands.running import preview
from harness.config.search_spaces import space_files
from harness.config.sweep import Sweep, resolve
from harness.results import RunDirectory


def location_of(overrides: Sequence[str]) -> str:
    """Return the run directory of the sweep that some overrides describe."""
    return resolve(overrides).location


def run(options: argparse.Namespace) -> int:
    """Run the sweep that the overrides describe."""
    return start(resolve(options.overrides), options.arguments)


def start(sweep: Sweep, arguments: list[str], *, drawn_next: bool = False) -> int:
    """Run a sweep, or say what it would cost if that is all that is asked for.

    Args:
        sweep: the resolved sweep.
        arguments: the command line that describes it, without the program.
        drawn_next: the caller draws the results, so that nobody has to be told how.
    """
    _check_report(sweep)
    preview.check_ready(sweep.trials, sweep.settings)
    if sweep.settings.dry_run:
        return preview.show_plan(sweep)
    preview.say_left_out(sweep)
    # Ray and pandas take a second to import, which a dry run and a mistake need not wait for.
    from harness.commands.running import run_missing
    from harness.commands.running.run_directory import keeping, planned

    def check_methods() -> None:
        preview.check_scored(sweep.trials, sweep.searches)

    new = not RunDirectory(sweep.location).holds_run()
    if not new:  # a mistake must not get into the plan that is there
        check_methods()
    sweep = keeping(sweep)
    with planned(sweep, arguments) as directory:
        return run_missing.finish(
            directory,
            sweep.trials,
            sweep.settings,
            sweep.swept,
            sweep.searches,
            meanwhile=check_methods if new else None,
            drawn_next=drawn_next,
        )


def _check_report(sweep: Sweep) -> None:
    """Refuse a search space of the user's whose kind of report there is not, hours before it.

    Raises:
        UserError: names it and those there are.
    """
    if sweep.space is None or not sweep.space.report or sweep.space.name in space_files():
        return
    import reports  # it takes a second, which no space of ours has to wait for

    kind = sweep.space.report
    if kind != reports.LEADERBOARD and kind not in reports.KINDS.paths() and "." not in kind:
        reports.KINDS.load(kind)  # says what there is
