"""Hands the missing trials of a plan to Ray Tune and watches them finish.

Tune is the executor and nothing more: the run directory, written by the workers, is the truth.
"""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
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
from harness.execution.ray_private import prints_nothing
from harness.execution.ray_session import several_pending
from harness.execution.scratch import scratch
from harness.heartbeat import HUNG
from harness.results import Curves, RunDirectory, Status, TrialRecord
from harness.results.remote.address import complete
from harness.search.standing import Standing, together

if TYPE_CHECKING:  # optuna is imported where something is searched, Ray where something runs
    from ray.tune.schedulers import FIFOScheduler

    from harness.config.searched.halving import Halving
    from harness.execution.assignment import Assignment
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
    from harness.execution.evaluations import Evaluations
    from harness.execution.log_callback import LogCallback
    from harness.execution.searcher import Planned, Suggestions
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

    halving = standing.halving if standing else None
    assignment = _assignment(run, datasets, settings, origin, fingerprints, halving=halving)
    evaluations = Evaluations(assignment, run, settings.ray)
    retries = settings.ray.max_retries
    callback = SweepCallback(
        run, progress, give_up, ended, best, evaluations=evaluations, retries=retries
    )
    whole = standing is not None
    search: Planned
    if isinstance(work, list):
        search = Planned(together(work) if whole else [[trial.trial_id] for trial in work])
    else:
        search = Suggestions(work, progress, swept, callback, whole=whole)
    trainable = _trainable(assignment, settings)
    how = {
        "scheduler": _scheduler(standing),
        "search_alg": search,
        "num_samples": search.most,
        "max_concurrent_trials": at_once,
    }
    ahead = several_pending(searched=growth is not None) if at_once is None else nullcontext()
    try:
        with ahead:
            _fit(trainable, how, [LogCallback(log), callback])
        while callback.note_evaluations(timeout_s=1.0):
            callback.on_step_begin()
    except TuneError:
        if callback.error:
            raise callback.error from None
        raise
    finally:
        log.close()


def _fit(trainable: Any, how: dict[str, Any], callbacks: list[Any]) -> None:
    """Let Tune run the trials that its search hands out."""
    from ray import tune

    with scratch() as folder:
        tune.Tuner(
            trainable,
            param_space={},
            tune_config=tune.TuneConfig(
                reuse_actors=True, trial_dirname_creator=lambda trial: trial.trial_id, **how
            ),
            run_config=tune.RunConfig(
                name="sweep",
                storage_path=folder,
                verbose=0,
                callbacks=[*callbacks, *prints_nothing()],
                failure_config=tune.FailureConfig(max_failures=-1),  # the callback counts
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            ),
        ).fit()


def _scheduler(standing: Standing | None) -> "FIFOScheduler":
    from harness.execution.schedulers import PlanOrder, SuccessiveHalving

    if standing:
        return SuccessiveHalving(standing)
    return PlanOrder()  # type: ignore[no-untyped-call]


def _assignment(
    run: RunDirectory,
    datasets: dict[DatasetOptions, Dataset],
    settings: Settings,
    origin: dict[str, Any],
    fingerprints: dict[DatasetOptions, str],
    *,
    halving: "Halving | None",
) -> "Assignment":
    """Return what the processes of the sweep are told; datasets go into the object store."""
    from harness.execution.assignment import Assignment

    return Assignment(
        run_dir=complete(run.location),
        datasets=shared(datasets),
        data_root=settings.data_folder,
        device=settings.device,
        threads=settings.ray.threads,
        origin=origin,
        fingerprints=fingerprints,
        sys_path=[str(Path.cwd()), *sys.path],
        halving=halving,
        keep=settings.keep != "none",
        logged=bool(settings.log),
        checkpoint_s=settings.checkpoint_s,
        limit_s=settings.ray.trial_limit_s,
        silent_s=settings.ray.silent_limit_s,
        hand_over=settings.ray.evaluate_on_cpu,
    )


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
    last = f"; the last {reason.partition(chr(10))[0]}" if reason.startswith(HUNG) else ""
    return TrialRecord(
        trial_id=trial.trial_id,
        status="failed",
        method=trial.method,
        dataset=trial.dataset.name,
        data_source=data_source,
        seed=trial.seed,
        params=trial.params(),
        env=origin,
        error=f"{reason}\nNo worker process finished this trial in {attempts} attempts{last}.",
    )
