"""Hands the missing trials of a plan to Ray Tune and watches them finish.

Tune is the executor and nothing more: the run directory, written by the workers, is the truth.
"""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.config.schema import Settings, TrialConfig
from harness.data.dataset import Dataset
from harness.data.options import DatasetOptions
from harness.execution.dataset_transport import shared
from harness.execution.ends.endings import Endings
from harness.execution.live_log import open_log
from harness.execution.progress import Progress
from harness.execution.scratch import scratch
from harness.execution.session.private import prints_nothing
from harness.execution.session.ray_session import several_pending
from harness.execution.stacks import Groups
from harness.results import RunDirectory
from harness.results.remote.address import complete
from harness.search.standing import Standing

if TYPE_CHECKING:  # optuna is imported where something is searched, Ray where something runs
    from ray.tune.schedulers import FIFOScheduler

    from harness.config.searched.halving import Halving
    from harness.execution.assignment import Assignment
    from harness.execution.callback import SweepCallback
    from harness.execution.log_callback import LogCallback
    from harness.execution.searcher import Planned
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
    from harness.execution.log_callback import LogCallback

    growth = None if isinstance(work, list) else work
    log = open_log(run, settings, swept, progress.say)
    endings = Endings(run, datasets, origin, progress, log=log, growth=growth)
    halving = standing.halving if standing else None
    assignment = _assignment(run, datasets, settings, origin, endings.fingerprints, halving=halving)
    callback = _callback(run, progress, endings, assignment, settings)
    groups = Groups(settings.ray.stack, at_once, whole=standing is not None)
    search = _search(work, progress, swept, callback, groups)
    how = {
        "scheduler": _scheduler(standing),
        "search_alg": search,
        "num_samples": search.most,
        "max_concurrent_trials": at_once,
    }
    ahead = several_pending(searched=growth is not None) if at_once is None else nullcontext()
    try:
        with ahead:
            _run_all(_trainable(assignment, settings), how, LogCallback(log), callback)
    finally:
        log.close()


def _callback(
    run: RunDirectory,
    progress: Progress,
    endings: Endings,
    assignment: "Assignment",
    settings: Settings,
) -> "SweepCallback":
    """Return what reacts to Tune: by it trials end, and are evaluated where workers do not."""
    from harness.execution.callback import SweepCallback
    from harness.execution.ends.deaths import Deaths
    from harness.execution.evaluations import Evaluations
    from harness.kept.best import BestModels

    causes = Deaths(alone=not settings.ray.address)
    return SweepCallback(
        run,
        progress,
        endings.give_up,
        endings.ended,
        BestModels(run) if settings.keep == "best" else None,
        causes=causes,
        evaluations=Evaluations(assignment, run, settings.ray, causes),
        retries=settings.ray.max_retries,
    )


def _run_all(
    trainable: Any, how: dict[str, Any], log: "LogCallback", callback: "SweepCallback"
) -> None:
    """Let Tune run the trials, and wait for the evaluations that are left.

    Raises:
        UserError: the callback's, of which Tune has made one of its own.
    """
    from ray.tune.error import TuneError

    try:
        _fit(trainable, how, [log, callback])
        while callback.note_evaluations(timeout_s=1.0):
            callback.on_step_begin()
    except TuneError:
        if callback.error:
            raise callback.error from None
        raise


def _search(
    work: "list[TrialConfig] | GrowingPlan",
    progress: Progress,
    swept: Iterable[str],
    callback: "SweepCallback",
    groups: Groups,
) -> "Planned":
    """Return what hands trials to Tune, in the groups that workers get at a time."""
    from harness.execution.searcher import Planned, Suggestions

    if isinstance(work, list):
        return Planned(groups.of(work))
    return Suggestions(work, progress, swept, callback, groups)


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
        stack=None if settings.ray.stack == "auto" else settings.ray.stack,
        graphs=settings.ray.cuda_graphs,
    )


def _trainable(assignment: "Assignment", settings: Settings) -> Any:
    """Return the worker with its assignment, which goes through the object store once."""
    from ray import tune

    from harness.execution.worker import TrialWorker

    return tune.with_resources(
        tune.with_parameters(TrialWorker, assignment=assignment),
        {"CPU": settings.ray.cpus_per_trial, "GPU": settings.ray.gpus_per_trial},
    )
