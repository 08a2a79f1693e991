"""``unbraid sweep``: plan a sweep, or take up an earlier one, and run what is missing."""

import argparse
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.commands import session
from harness.config.sweep import Sweep, resolve
from harness.metrics import metric_keys
from harness.plan import describe_sweep, plan_frame
from harness.provenance import ENV_COLUMNS
from harness.results import Columns, RunDirectory
from harness.trial import TIME_COLUMNS


def run(options: argparse.Namespace) -> int:
    """Run the sweep that the overrides describe."""
    sweep = resolve(options.overrides)
    session.check_ready(sweep.trials, sweep.settings)
    if sweep.settings.dry_run:
        return session.show_plan(sweep)
    with planned(sweep, options.arguments) as directory:
        return session.finish(directory, sweep.trials, sweep.settings, sweep.swept)


@contextmanager
def planned(sweep: Sweep, arguments: list[str]) -> Iterator[RunDirectory]:
    """Hold the sweep's run directory, with the plan written into it.

    Where the same plan is there already, or a smaller one that this one extends, its finished
    trials are kept.

    Raises:
        UserError: the directory holds something else, is in use, or cannot be written.
    """
    directory = RunDirectory(sweep.settings.run_dir or default_run_dir(sweep))
    columns = Columns(metric_keys(sweep.trials[0].metrics), TIME_COLUMNS, ENV_COLUMNS)
    command = shlex.join(["unbraid", *arguments])
    with directory.lock():
        directory.create(describe_sweep(sweep, command), plan_frame(sweep.trials), columns)
        yield directory


def default_run_dir(sweep: Sweep) -> str:
    """Return where a sweep goes that names no run directory."""
    name = sweep.space.name if sweep.space else f"{sweep.trials[0].method}_sweep"
    return str(Path("runs") / name.replace(".", "_"))
