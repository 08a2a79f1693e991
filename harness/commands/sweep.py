"""``unbraid sweep``: plan a sweep, or take up an earlier one, and run what is missing."""

import argparse

from harness.commands.running import preview
from harness.config.sweep import Sweep, resolve


def run(options: argparse.Namespace) -> int:
    """Run the sweep that the overrides describe."""
    return start(resolve(options.overrides), options.arguments)


def start(sweep: Sweep, arguments: list[str]) -> int:
    """Run a sweep, or say what it would cost if that is all that is asked for.

    Args:
        sweep: the resolved sweep.
        arguments: the command line that describes it, without the program.
    """
    preview.check_ready(sweep.trials, sweep.settings)
    if sweep.settings.dry_run:
        return preview.show_plan(sweep)
    preview.check_judged(sweep.searches)
    preview.say_left_out(sweep)
    # Ray and pandas take a second to import, which a dry run and a mistake need not wait for.
    from harness.commands.running import run_missing
    from harness.commands.running.run_directory import keeping, planned

    sweep = keeping(sweep)
    with planned(sweep, arguments) as directory:
        return run_missing.finish(
            directory, sweep.trials, sweep.settings, sweep.swept, sweep.searches
        )
