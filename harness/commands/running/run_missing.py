"""What ``sweep`` and ``resume`` share: run the missing trials of a plan and print how it went."""

import math
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from harness import interruption
from harness.commands.running.preview import SMOKE
from harness.commands.running.unscored import unscored
from harness.config.schema import Settings, TrialConfig
from harness.config.searched.halving import make_halving
from harness.config.searched.settings import Asha, Grid
from harness.config.searched.space import Searched
from harness.data.dataset import Dataset
from harness.data.fingerprint import fingerprint
from harness.data.options import DatasetOptions
from harness.datasets.registry import load_dataset
from harness.durations import count
from harness.execution.cost.order import longest_first, remember_trials
from harness.execution.driver import run_trials
from harness.execution.progress import Progress, label
from harness.execution.session.prestarted import wait_until_ready
from harness.execution.session.ray_session import ray_session, slots
from harness.kept.best import BestModels
from harness.provenance import code_version
from harness.results import FINAL_STATUSES, Results, RunDirectory, load
from harness.results.records import last_line
from harness.search.standing import standing
from harness.shell import command_line
from harness.trial.code import code_of

if TYPE_CHECKING:  # optuna is imported where something is searched
    from harness.search.growing_plan import GrowingPlan


def finish(
    directory: RunDirectory,
    trials: list[TrialConfig],
    settings: Settings,
    swept: Any,
    searches: Sequence[Searched],
    *,
    meanwhile: Callable[[], None] | None = None,
    drawn_next: bool = False,
) -> int:
    """Run what is missing in a run directory one holds; print a summary, return the exit code.

    Args:
        directory: the run directory.
        trials: the plan, or its beginning where a search goes on with it.
        settings: how they run.
        swept: the paths whose values name a trial.
        searches: what goes on with the plan.
        meanwhile: is called while the first workers make themselves ready, before any trial.
        drawn_next: the caller draws the results next: the summary does not end with how to.

    Returns:
        0 if every trial has ended and none failed, else 1.
    """
    prepare(directory, settings, trials)
    growth = _growth(directory, searches)
    done = directory.finished()
    missing = growth.missing if growth else [t for t in trials if t.trial_id not in done]
    left = growth.left if growth else len(missing)
    total = len(done) + left
    most = "at most " if growth and growth.undecided else ""
    print(f"{directory.location}: {most}{count(total, 'trial')} planned, {len(done)} finished")
    objective = searches[0].goal.objectives[0].name if searches else ""
    labels = {t.trial_id: label(t, swept) for t in missing}
    progress = Progress(total, len(done), labels, objective=objective)
    try:
        with ray_session(settings.ray, trials=left) if left else nullcontext():
            # Both take seconds, in which the first workers make themselves ready.
            datasets = load_datasets(directory, missing or trials, settings)
            if meanwhile:
                meanwhile()
            if left:
                work = growth or missing
                _run(directory, work, trials, datasets, settings, swept=swept, progress=progress)
        if settings.keep == "best":  # also after a change from keep=all, with nothing left to run
            BestModels(directory)
    except KeyboardInterrupt:
        return _interrupted(directory, total)
    if growth and not growth.left:  # fewer than could be, where the default was a search's best
        directory.amend({**directory.sweep(), "trials": len(directory.finished())})
    directory.compact()
    remember_trials(directory, missing, settings)
    return summarize(directory, drawn_next=drawn_next)


def _growth(directory: RunDirectory, searches: Sequence[Searched]) -> "GrowingPlan | None":
    if not any(searched.grows for searched in searches):
        return None
    from harness.search.growing_plan import GrowingPlan

    return GrowingPlan(directory, searches)


def prepare(directory: RunDirectory, settings: Settings, trials: Sequence[TrialConfig]) -> None:
    """Put aside what an earlier session left torn, and forget failed trials if asked to.

    What models to keep is written down, so that a later session goes on with it.

    Raises:
        UserError: finished trials ran other code of the user's than there is now.
    """
    stored = directory.sweep()
    if stored["settings"].get("keep", "best") != settings.keep:
        directory.amend({**stored, "settings": {**stored["settings"], "keep": settings.keep}})
    for problem in directory.verify():
        print(f"put aside: {problem}", file=sys.stderr)
    directory.require_same_code(code_of(trials), mix=settings.mix_code)
    if settings.retry_failed:
        rows = load(directory.location).trials
        failed = list(rows.loc[rows["status"] == "failed", "trial_id"])
        directory.remove(failed)
        print(f"{count(len(failed), 'failed trial')} will run again")


def _run(
    directory: RunDirectory,
    work: "list[TrialConfig] | GrowingPlan",
    trials: list[TrialConfig],
    datasets: dict[DatasetOptions, Dataset],
    settings: Settings,
    *,
    swept: Any,
    progress: Progress,
) -> None:
    judged_by = None
    if isinstance(settings.scheduler, Asha):
        halving = make_halving(settings.scheduler, trials)
        searched = not isinstance(settings.search, Grid)
        judged_by = standing(trials, swept, load(directory.location), halving, searched=searched)
    at_once = slots(settings.ray)
    pace = f"{at_once} at a time" if at_once else "as many at a time as the cluster takes"
    left = progress.planned - progress.already
    progress.say(f"{count(left, 'trial')} to run, {pace}")
    if isinstance(work, list) and at_once != 1:
        work = longest_first(work, settings)
    stack = settings.ray.stack if isinstance(settings.ray.stack, int) else 1
    wait_until_ready(min(at_once or 0, math.ceil(left / stack)))
    run_trials(
        directory,
        work,
        datasets,
        settings,
        origin=origin(settings),
        at_once=at_once,
        progress=progress,
        swept=swept,
        standing=judged_by,
    )


def load_datasets(
    directory: RunDirectory, trials: list[TrialConfig], settings: Settings
) -> dict[DatasetOptions, Dataset]:
    """Return every dataset of the trials, in memory or memory-mapped, by options.

    Raises:
        UserError: a dataset cannot be read or learned from, or its files have other contents than
            those that finished trials of the run directory have seen.
    """
    datasets = {
        options: load_dataset(options, settings.data_folder)
        for options in dict.fromkeys(trial.dataset for trial in trials)
    }
    for dataset in datasets.values():
        for note in dataset.notes:
            print(f"{dataset.name}: {note}")
    read = {
        _written(trial): fingerprint(datasets[trial.dataset])
        for trial in {trial.dataset: trial for trial in trials}.values()
        if datasets[trial.dataset].source == "real"  # others are decided by code and options
    }
    directory.require_same_data(read, settings.data_root)
    return datasets


def _written(trial: TrialConfig) -> str:
    """Return a dataset with its options, as a command would choose it."""
    options = {key: value for key, value in trial.as_dict()["dataset"].items() if key != "name"}
    return " ".join([trial.dataset.name, *(f"{key}={value}" for key, value in options.items())])


def origin(settings: Settings) -> dict[str, Any]:
    """Return what the driver knows of where the results come from."""
    return {**code_version(), "data_root": settings.data_root}


def summarize(directory: RunDirectory, *, drawn_next: bool = False) -> int:
    """Print how a sweep ended; return 0 if every trial has a final status and none failed."""
    results = load(directory.location)
    counts = results.counts
    ended = ", ".join(f"{counts[status]} {status}" for status in FINAL_STATUSES if counts[status])
    print(
        f"{counts['finished']} of {count(counts['planned'], 'trial')} finished: {ended or 'none'}"
    )
    failed = results.trials[results.trials["status"] == "failed"]
    for row in failed.head(5).itertuples():
        print(f"failed {row.trial_id}: {last_line(row.error)}", file=sys.stderr)
    if counts["failed"]:
        print(
            "The full tracebacks are in the column `error` and in the report. Run them again: "
            + command_line(["unbraid", "resume", directory.location, "retry_failed=true"]),
            file=sys.stderr,
        )
    if counts["missing"]:
        _say_how_to_go_on(directory)
    for line in unscored(results):
        print(line)
    if results.smoke:
        print(SMOKE)
    if not drawn_next:
        _say_how_to_draw(results)
    return 1 if counts["missing"] or counts["failed"] else 0


def _say_how_to_draw(results: Results) -> None:
    several = len(results.sweep.get("searches") or ()) > 1
    page = ("Draw the leaderboard", "leaderboard") if several else ("Draw the report", "report")
    print(f"{page[0]}: " + command_line(["unbraid", page[1], results.location]))


def _interrupted(directory: RunDirectory, planned: int) -> int:
    done = len(directory.finished())
    print(
        f"\nInterrupted: {done} of {count(planned, 'trial is', 'trials are')} finished and kept.",
        file=sys.stderr,
    )
    _say_how_to_go_on(directory)
    return interruption.EXIT_CODE


def _say_how_to_go_on(directory: RunDirectory) -> None:
    command = command_line(["unbraid", "resume", directory.location])
    print(f"To go on: {command}", file=sys.stderr)
