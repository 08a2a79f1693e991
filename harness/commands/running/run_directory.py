"""The run directory of a sweep: opened, locked, and with the plan written into it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from harness.config.schema import TrialConfig
from harness.config.sweep import Sweep
from harness.config.trials import unique
from harness.errors import UserError
from harness.metrics.registry import metric_keys
from harness.planning import describe_sweep, plan_frame, planned_trials
from harness.provenance import ENV_COLUMNS
from harness.results import Columns, RunDirectory, load
from harness.shell import command_line
from harness.trial.stopwatch import TIME_COLUMNS


@contextmanager
def planned(sweep: Sweep, arguments: list[str]) -> Iterator[RunDirectory]:
    """Hold the sweep's run directory, with the plan written into it.

    Where the same plan is there already, or a smaller one that this one extends, its finished
    trials are kept.

    Raises:
        UserError: the directory holds something else, is in use, or cannot be written.
    """
    directory = RunDirectory(sweep.location)
    command = command_line(["unbraid", *arguments])
    with directory.lock():
        trials = unique([*_suggested(directory, sweep), *sweep.trials])
        new = not directory.holds_run()
        directory.create(
            describe_sweep(sweep, command), plan_frame(trials), columns_of(sweep.metrics)
        )
        try:
            yield directory
        except UserError:
            if new:  # data that cannot be read, say: the mended command is another plan
                directory.forget_plan()
            raise


def columns_of(metrics: Iterable[str]) -> Columns:
    """Return the columns that rows have beside the parameters of their trials.

    Args:
        metrics: names of those that the trials are scored on.
    """
    return Columns(metric_keys(metrics), TIME_COLUMNS, ENV_COLUMNS)


def _suggested(directory: RunDirectory, sweep: Sweep) -> list[TrialConfig]:
    """Return what a search has suggested in an earlier session, if it was this one.

    Raises:
        UserError: it was this one, and was asked for more.
    """
    if not (any(searched.grows for searched in sweep.searches) and directory.holds_run()):
        return []
    results = load(directory.location)
    stored = results.sweep.get("searches") or [results.sweep["search"]]
    pairs = [
        (each, next((mine for mine in sweep.searches if mine.same_space(each)), None))
        for each in stored
    ]
    if not all(mine for _, mine in pairs):
        return []
    seeds = results.sweep.get("seeds") or 0
    trials = [(each.get("trials") or 0, mine.n) for each, mine in pairs if mine]
    if seeds > sweep.settings.seeds or any(then > now for then, now in trials):
        then = max(trials, key=lambda pair: pair[0] - pair[1])[0]
        raise UserError(
            f"{directory.location} holds a larger search: trials={then} seeds={seeds}. A search "
            "may only be extended: go on with `unbraid resume`, or choose another run_dir."
        )
    return planned_trials(results)


def keeping(sweep: Sweep) -> Sweep:
    """Return the sweep with the ``keep`` of what its run directory holds, unless it names its own.

    Else more seeds for a sweep with ``keep=all`` would delete its models.
    """
    directory = RunDirectory(sweep.location)
    named = any(argument.startswith("keep=") for argument in sweep.arguments)
    if named or not directory.holds_run():
        return sweep
    stored = directory.sweep()["settings"].get("keep", sweep.settings.keep)
    return replace(sweep, settings=replace(sweep.settings, keep=stored))
