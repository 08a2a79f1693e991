"""Hands the missing trials of a plan to Ray Tune and watches them finish.

Tune is the executor and nothing more: the run directory, written by the workers, is the truth.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.config.schema import Settings, TrialConfig
from harness.config.trials import trial_from_dict
from harness.data.dataset import Dataset, DataSource
from harness.data.fingerprint import fingerprint
from harness.data.options import DatasetOptions
from harness.execution.dataset_transport import shared
from harness.execution.live_log import open_log
from harness.execution.progress import Progress
from harness.execution.scratch import scratch
from harness.results import Curves, RunDirectory, Status, TrialRecord
from harness.results.remote.address import complete
from harness.search.standing import Standing, together

if TYPE_CHECKING:  # optuna is imported where something is searched, Ray where something runs
    from ray.tune.schedulers import FIFOScheduler

    from harness.execution.worker import Assignment
    from harness.search.growing_plan import GrowingPlan


def run_trials(
    run: RunDirectory,
    work: "list[TrialConfig] | GrowingPlan",
    datasets: dict[DatasetOptions, Dataset],
    settings: Settings,
    *,
    origin: dict[str, Any],
    at_once: int | None,
    progress: Progress,
    swept: Iterable[str] = (),
    standing: Standing | None = None,
) -> None:
    """Run trials through Ray Tune on the connected cluster; return when none is running.

    A trial whose worker process died is started again ``settings.ray.max_retries`` times and then
    written down as failed. A worker that died with its machine is not counted.

    Args:
        run: where the trials are planned and written.
        work: planned trials, or the search that suggests them.
        datasets: of all the trials, by options.
        settings: resources, retries, device.
        origin: entries of ``env.*`` that the driver knows.
        at_once: how many run at a time; None for as many as the cluster takes.
        progress: prints how it goes.
        swept: the paths whose values name a trial.
        standing: by what configurations are stopped early; None where all run to their end.

    Raises:
        UserError: the run directory cannot be written.
        KeyboardInterrupt: on Ctrl-C; what had finished is in the run directory.
    """
    from ray.tune.error import TuneError

    from harness.execution.callback import SweepCallback
    from harness.execution.log_callback import LogCallback
    from harness.execution.searcher import Suggestions
    from harness.execution.worker import Assignment
    from harness.kept.best import BestModels

    # Tune pickles its callback and all that this refers to, hence no dataset, however large.
    sources = {options: dataset.source for options, dataset in datasets.items()}
    fingerprints = {options: fingerprint(dataset) for options, dataset in datasets.items()}

    def give_up(trial_id: str, attempts: int, reason: str) -> None:
        if trial_id not in run.finished():  # it may have been written before the worker died
            trial = trial_from_dict(run.config(trial_id))
            seen = {**origin, "data_fingerprint": fingerprints[trial.dataset]}
            source = sources[trial.dataset]
            run.write(given_up_record(trial, source, seen, attempts, reason))
            run.end_checkpoint(trial_id)
            progress.finish(trial_id, "failed", 0.0)

    growth = None if isinstance(work, list) else work
    best = BestModels(run) if settings.keep == "best" else None
    log = open_log(run, settings, swept, progress.say)

    def ended(
        trial_id: str, status: Status, metrics: dict[str, float], curves: Curves | None
    ) -> None:
        log.ended(trial_id, status, metrics)
        if growth:
            growth.ended(trial_id, status, metrics, curves)

    retries = settings.ray.max_retries
    callback = SweepCallback(run, progress, give_up, ended, best, retries=retries)
    by_configuration = standing is not None
    suggestions = None
    if growth:
        suggestions = Suggestions(growth, progress, swept, callback, whole=by_configuration)
    halving = standing.halving if standing else None
    assignment = Assignment(
        run_dir=complete(run.location),
        datasets=shared(datasets),
        data_root=settings.data_folder,
        device=settings.device,
        threads=settings.ray.cpus_per_trial,
        origin=origin,
        fingerprints=fingerprints,
        sys_path=[str(Path.cwd()), *sys.path],
        halving=halving,
        keep=settings.keep != "none",
        logged=bool(settings.log),
        checkpoint_s=settings.checkpoint_s,
        limit_s=settings.ray.trial_limit_s,
    )
    trainable = _trainable(assignment, settings)
    how = {
        "scheduler": _scheduler(standing),
        "search_alg": suggestions,
        "num_samples": growth.left if growth else 1,
        "max_concurrent_trials": at_once,
    }
    groups = None
    if isinstance(work, list):
        groups = together(work) if by_configuration else [[trial.trial_id] for trial in work]
    try:
        _fit(trainable, groups, how, [LogCallback(log), callback])
    except TuneError:
        if callback.error:
            raise callback.error from None
        raise
    finally:
        log.close()


def _fit(
    trainable: Any,
    groups: list[list[str]] | None,
    how: dict[str, Any],
    callbacks: list[Any],
) -> None:
    """Let Tune run the planned trials, or those that its search suggests."""
    from ray import tune

    with scratch() as folder:
        tune.Tuner(
            trainable,
            param_space={"trial_ids": tune.grid_search(groups)} if groups is not None else {},
            tune_config=tune.TuneConfig(
                reuse_actors=True, trial_dirname_creator=lambda trial: trial.trial_id, **how
            ),
            run_config=tune.RunConfig(
                name="sweep",
                storage_path=folder,
                verbose=0,
                callbacks=callbacks,
                failure_config=tune.FailureConfig(max_failures=-1),  # the callback counts
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            ),
        ).fit()


def _scheduler(standing: Standing | None) -> "FIFOScheduler":
    from harness.execution.schedulers import PlanOrder, SuccessiveHalving

    if standing:
        return SuccessiveHalving(standing)
    return PlanOrder()  # type: ignore[no-untyped-call]


def _trainable(assignment: "Assignment", settings: Settings) -> Any:
    """Return the worker with its assignment, which goes through the object store once."""
    from ray import tune

    from harness.execution.worker import TrialWorker

    return tune.with_resources(
        tune.with_parameters(TrialWorker, assignment=assignment),
        {"CPU": settings.ray.cpus_per_trial, "GPU": settings.ray.gpus_per_trial},
    )


def given_up_record(
    trial: TrialConfig,
    data_source: DataSource,
    origin: dict[str, Any],
    attempts: int,
    reason: str,
) -> TrialRecord:
    """Return the record of a trial that no worker finished."""
    return TrialRecord(
        trial_id=trial.trial_id,
        status="failed",
        method=trial.method,
        dataset=trial.dataset.name,
        data_source=data_source,
        seed=trial.seed,
        params=trial.params(),
        env=origin,
        error=f"{reason}\nNo worker process finished this trial in {attempts} attempts.",
    )
