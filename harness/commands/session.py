"""What ``sweep`` and ``resume`` share: run the missing trials of a plan and say how it went."""

import sys
from typing import Any

from harness.config.schema import Settings, TrialConfig
from harness.config.sweep import Sweep
from harness.data.dataset import Dataset, DatasetOptions
from harness.data.registry import check_available, load_dataset
from harness.execution.device import pick_device
from harness.execution.driver import run_trials
from harness.execution.progress import Progress, labels
from harness.execution.ray_session import ray_session, slots
from harness.provenance import code_version
from harness.results import FINAL_STATUSES, RunDirectory, load


def check_ready(trials: list[TrialConfig], settings: Settings, *, here: bool = False) -> None:
    """Look for the files of every dataset of the plan, and for the device on this machine.

    Args:
        trials: what is planned.
        settings: how it is to run.
        here: it runs in this process, whatever cluster the settings name.

    Raises:
        UserError: a file is missing or cannot be what it should be, or there is no such device.
    """
    if here or not settings.ray.address:  # a cluster's workers may have what its head has not
        pick_device(settings.device)
    for options in dict.fromkeys(trial.dataset for trial in trials):
        check_available(options, settings.data_folder)


def finish(
    directory: RunDirectory, trials: list[TrialConfig], settings: Settings, swept: Any
) -> int:
    """Run what is missing in a run directory one holds; print a summary, return the exit code."""
    prepare(directory, settings)
    done = directory.finished()
    missing = [trial for trial in trials if trial.trial_id not in done]
    print(f"{directory.location}: {len(trials)} trials planned, {len(done)} finished")
    try:
        if missing:
            _run(directory, missing, len(trials), settings, swept)
    except KeyboardInterrupt:
        return _interrupted(directory, len(trials))
    directory.compact()
    return summarize(directory)


def prepare(directory: RunDirectory, settings: Settings) -> None:
    """Put aside what an earlier session left torn, and forget failed trials if asked to."""
    for problem in directory.verify():
        print(f"put aside: {problem}", file=sys.stderr)
    if settings.retry_failed:
        trials = load(directory.location).trials
        failed = list(trials.loc[trials["status"] == "failed", "trial_id"])
        directory.remove(failed)
        print(f"{len(failed)} failed trials will run again")


def _run(
    directory: RunDirectory,
    missing: list[TrialConfig],
    planned: int,
    settings: Settings,
    swept: Any,
) -> None:
    datasets = load_datasets(missing, settings)
    with ray_session(settings.ray):
        progress = Progress(
            planned=planned,
            already=planned - len(missing),
            labels=labels(missing, swept),
        )
        at_once = slots(settings.ray)
        pace = f"{at_once} at a time" if at_once else "as many at a time as the cluster takes"
        progress.say(f"{len(missing)} trials to run, {pace}")
        run_trials(
            directory,
            missing,
            datasets,
            settings,
            origin=origin(settings),
            at_once=at_once,
            progress=progress,
        )


def load_datasets(trials: list[TrialConfig], settings: Settings) -> dict[DatasetOptions, Dataset]:
    """Return every dataset of the trials in memory, by options."""
    return {
        options: load_dataset(options, settings.data_folder)
        for options in dict.fromkeys(trial.dataset for trial in trials)
    }


def origin(settings: Settings) -> dict[str, Any]:
    """Return what the driver knows of where the results come from."""
    return {**code_version(), "data_root": settings.data_root}


def summarize(directory: RunDirectory) -> int:
    """Print how a sweep ended; return 0 if every trial has a final status and none failed."""
    results = load(directory.location)
    counts = results.counts
    ended = ", ".join(f"{counts[status]} {status}" for status in FINAL_STATUSES if counts[status])
    print(f"{counts['finished']} of {counts['planned']} trials finished: {ended or 'none'}")
    failed = results.trials[results.trials["status"] == "failed"]
    for row in failed.head(5).itertuples():
        print(f"failed {row.trial_id}: {str(row.error).strip().splitlines()[-1]}", file=sys.stderr)
    if counts["failed"]:
        print(
            "The full tracebacks are in the column `error` and in the report. Run them again: "
            f"unbraid resume {directory.location} retry_failed=true",
            file=sys.stderr,
        )
    if counts["missing"]:
        _say_how_to_go_on(directory)
    print(f"Draw the report: unbraid report {directory.location}")
    return 1 if counts["missing"] or counts["failed"] else 0


def show_plan(sweep: Sweep) -> int:
    """Print what a sweep would run and what it would cost; start nothing."""
    from harness.estimate import estimate

    trials = sweep.trials
    print(f"{len(trials)} trials: {sweep.space.title if sweep.space else trials[0].method}")
    for path, values in sweep.swept.items():
        print(f"  {path:<24} {', '.join(map(str, values))}")
    print(f"  {'seeds':<24} {', '.join(str(s) for s in dict.fromkeys(t.seed for t in trials))}")
    print("first configurations:")
    for trial, label in zip(trials[:3], labels(trials[:3], sweep.swept), strict=True):
        print(f"  {trial.trial_id}  {label}")
    if sweep.settings.ray.address:
        print("no estimate of the duration: the trials would run on a cluster, not here")
    else:
        print(estimate(sweep))
    print("dry_run=true: nothing was started and nothing written.")
    return 0


def _interrupted(directory: RunDirectory, planned: int) -> int:
    done = len(directory.finished())
    print(f"\nInterrupted: {done} of {planned} trials are finished and kept.", file=sys.stderr)
    _say_how_to_go_on(directory)
    return 130


def _say_how_to_go_on(directory: RunDirectory) -> None:
    print(f"To go on: unbraid resume {directory.location}", file=sys.stderr)
