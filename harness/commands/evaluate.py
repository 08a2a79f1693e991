"""``unbraid evaluate``: further metrics of kept models, added to the results."""

import argparse
import dataclasses
import sys
from collections.abc import Mapping
from typing import Any

from harness.commands.resume import changed
from harness.commands.running.run_missing import load_datasets
from harness.config.overrides import parse
from harness.config.schema import Settings
from harness.errors import CorruptFileError, UserError
from harness.kept import agreement
from harness.kept.choosing import require_kept
from harness.kept.evaluation import Task, score, tasks
from harness.kept.loading import sources_warning
from harness.metrics.registry import METRIC_PATHS, describe_keys
from harness.results import Results, RunDirectory, load
from harness.shell import command_line
from harness.trial.code import code_of
from harness.trial.process import prepare_process

CHANGEABLE = ("device", "data_root", "mix_code")
"""Settings that may be given beside the metrics."""

SHOWN = 20
"""Most ids of trials that a line names."""


def run(options: argparse.Namespace) -> int:
    """Compute what is missing, row after row, and print it."""
    directory = RunDirectory(options.run_dir).open()
    names, overrides = _split(options.overrides)
    with directory.lock():
        for problem in directory.verify():
            print(f"put aside: {problem}", file=sys.stderr)
        results = load(options.run_dir)
        settings = changed(results.sweep["settings"], overrides)
        models = require_kept(results)
        planned = tasks(results, models, names)
        todo = [task for task in planned if task.metrics]
        _say_what(results, planned, names)
        if todo:
            # A method that has changed is warned of; a metric's column would mix two.
            code = code_of(dataclasses.replace(task.trial, metrics=tuple(names)) for task in todo)
            metrics = {thing: of for thing, of in code.items() if thing.startswith("metric ")}
            directory.require_same_code(metrics, mix=settings.mix_code)
            _add(directory, results, planned, names, settings)
    print("Draw the report: " + command_line(["unbraid", "report", options.run_dir]))
    return 0


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the metrics, and the overrides of settings."""
    names: list[str] | None = None
    others = []
    for override in parse(arguments):
        key, value = override.key_or_group, override.value()
        if key == "metrics":
            names = value if isinstance(value, list) else [str(value)]
        elif key in CHANGEABLE:
            others.append(str(override.input_line))
        else:
            raise UserError(
                f"'{override.input_line}': only metrics, {', '.join(CHANGEABLE)} may be given "
                "here; all else is as the models were trained."
            )
    if not names:
        raise UserError(
            f"Say which metrics: metrics=[{next(iter(METRIC_PATHS))}]. There are "
            f"{', '.join(METRIC_PATHS)}, and any of yours by its dotted path."
        )
    return [str(name) for name in names], others


def _say_what(results: Results, planned: list[Task], names: list[str]) -> None:
    todo = [task for task in planned if task.metrics]
    asked = ", ".join(names)
    models = "1 kept model" if len(planned) == 1 else f"{len(planned)} kept models"
    print(f"{results.location}: {models}, {len(todo)} to score on {asked}")
    kept = {task.model.trial_id for task in planned}
    ended = results.trials.loc[results.trials["status"] == "ok", "trial_id"]
    lacking = [trial_id for trial_id in ended if trial_id not in kept]
    if lacking:
        more = f" and {len(lacking) - SHOWN} more" if lacking[SHOWN:] else ""
        print(
            f"left out, as their models were not kept (keep=all keeps every one): "
            f"{', '.join(lacking[:SHOWN])}{more}"
        )


def _add(
    directory: RunDirectory,
    results: Results,
    planned: list[Task],
    names: list[str],
    settings: Settings,
) -> None:
    prepare_process(settings.ray.threads)
    lacking = [task.trial for task in planned if task.metrics]
    datasets = load_datasets(directory, lacking, settings)
    directory.add_metrics(describe_keys(names))
    said: set[Any] = set()
    damaged = []
    for task in filter(None, map(agreement.alone, planned)):
        trial_id = task.model.trial_id
        try:
            scored = score(results, task, datasets[task.trial.dataset], settings.device)
        except CorruptFileError as error:  # no reason to leave the others
            damaged.append(str(error))
            continue
        directory.set_metrics(trial_id, scored.scores, scored.scores.why_not)
        _say(f"{trial_id}  {task.trial.method}", scored.scores, "cannot be scored")
        if scored.scores.why_not:
            print(f"    not scored: {scored.scores.why_not}", flush=True)
        changes = (task.trial.method, *scored.origin.changed_sources())
        if len(changes) > 1 and changes not in said:
            said.add(changes)
            print(f"warning: {sources_warning(trial_id, scored.origin)}", file=sys.stderr)
    for trial_id, together in agreement.agreement(results, planned, datasets, settings.device):
        directory.set_metrics(trial_id, together, together.why_not)
        _say(trial_id, together, together.why_not)
    directory.verify()  # brings all rows to the columns that there are now
    if damaged:
        raise CorruptFileError("\n".join(damaged))


def _say(of: str, scores: Mapping[str, float], otherwise: str | None) -> None:
    """Print the scores of a trial, or what there is to say where it has none."""
    numbers = "  ".join(f"{name} {value:.5g}" for name, value in scores.items())
    print(f"{of}  {numbers or otherwise}", flush=True)
