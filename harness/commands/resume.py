"""``unbraid resume``: go on with a sweep from what its run directory says."""

import argparse
import dataclasses
from typing import Any

from harness.commands.running import preview, run_missing
from harness.commands.running.run_directory import columns_of
from harness.config.overrides import parse
from harness.config.schema import Settings
from harness.config.searched.settings import Grid
from harness.config.searched.space import Searched, searches_again
from harness.config.settings import build_settings
from harness.errors import CorruptFileError, UserError
from harness.planning import plan_frame, planned_trials
from harness.results import RunDirectory, load

CHANGEABLE = (
    "device",
    "data_root",
    "retry_failed",
    "mix_code",
    "keep",
    "checkpoint_s",
    "log",
    "log_dir",
)
"""Settings beside ``ray.*`` that may differ from the first session's: none changes a result."""


def run(options: argparse.Namespace) -> int:
    """Run what is missing in ``options.run_dir``."""
    directory = RunDirectory(options.run_dir).open()
    results = load(options.run_dir)
    settings = changed(results.sweep["settings"], options.overrides)
    settings = dataclasses.replace(settings, run_dir=options.run_dir)
    trials = planned_trials(results)
    preview.check_ready(trials, settings)
    preview.check_scored(trials)
    searches: list[Searched] = []
    if not isinstance(settings.search, Grid):
        searches = searches_again(results.sweep, settings, results.location)
    with directory.lock():
        # A run that an earlier version has begun gets the columns that have come since.
        metrics = dict.fromkeys(name for trial in trials for name in trial.metrics)
        directory.create(results.sweep, plan_frame(trials), columns_of(metrics))
        return run_missing.finish(directory, trials, settings, results.sweep["swept"], searches)


def changed(settings: dict[str, Any], arguments: list[str]) -> Settings:
    """Return the stored settings with the overrides of this session.

    Raises:
        UserError: an override of something that belongs to the plan.
    """
    if not isinstance(settings.get("ray"), dict):
        raise CorruptFileError("sweep.yaml: torn or altered (`settings` has no mapping `ray`).")
    values = {**settings, "retry_failed": False, "mix_code": False, "ray": dict(settings["ray"])}
    for override in parse(arguments):
        path = override.key_or_group
        if path == "search.storage" and "storage" in values["search"]:
            values["search"] = {**values["search"], "storage": override.value()}
            continue
        if path not in CHANGEABLE and not path.startswith("ray."):
            raise UserError(
                f"'{override.input_line}': resume runs the plan as it stands; only ray.*, "
                f"{', '.join(CHANGEABLE)} may change. For other trials start another sweep."
            )
        if override.is_sweep_override():
            raise UserError(f"'{override.input_line}': this cannot be swept; give it one value.")
        if path in CHANGEABLE:
            values[path] = override.value()
        else:
            values["ray"][path.removeprefix("ray.")] = override.value()
    return build_settings(values)
