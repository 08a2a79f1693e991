"""Hands the missing trials of a plan to Ray Tune and watches them finish.

Tune is the executor and nothing more: the run directory, written by the workers, is the truth.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness.config.schema import Settings, TrialConfig
from harness.data.dataset import Dataset, DatasetOptions
from harness.execution.progress import Progress
from harness.results import RunDirectory, TrialRecord


def run_trials(
    run: RunDirectory,
    trials: list[TrialConfig],
    datasets: dict[DatasetOptions, Dataset],
    settings: Settings,
    *,
    origin: dict[str, Any],
    at_once: int | None,
    progress: Progress,
) -> None:
    """Run ``trials`` through Ray Tune on the connected cluster; return when none is running.

    A trial whose worker process died is started again ``settings.ray.max_retries`` times and then
    written down as failed.

    Raises:
        UserError: the run directory cannot be written.
        KeyboardInterrupt: on Ctrl-C; what had finished is in the run directory.
    """
    from ray import tune
    from ray.tune.error import TuneError

    from harness.execution.callback import SweepCallback
    from harness.execution.order import PlanOrder

    def give_up(position: int, attempts: int, reason: str) -> None:
        trial = trials[position]
        if trial.trial_id not in run.finished():  # it may have been written before the worker died
            run.write(given_up_record(trial, datasets, origin, attempts, reason))
            progress.finish(position, "failed", 0.0)

    callback = SweepCallback(run, progress, give_up)
    scratch = tempfile.mkdtemp(prefix="unbraid-tune-")
    try:
        tune.Tuner(
            _trainable(run, trials, datasets, settings, origin),
            param_space={"position": tune.grid_search(list(range(len(trials))))},
            tune_config=tune.TuneConfig(
                scheduler=PlanOrder(),  # type: ignore[no-untyped-call]
                reuse_actors=True,
                max_concurrent_trials=at_once,
                trial_dirname_creator=lambda trial: trial.trial_id,
            ),
            run_config=tune.RunConfig(
                name="sweep",
                storage_path=scratch,
                verbose=0,
                callbacks=[callback],
                failure_config=tune.FailureConfig(max_failures=settings.ray.max_retries),
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            ),
        ).fit()
    except TuneError:
        if callback.error:
            raise callback.error from None
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _trainable(
    run: RunDirectory,
    trials: list[TrialConfig],
    datasets: dict[DatasetOptions, Dataset],
    settings: Settings,
    origin: dict[str, Any],
) -> Any:
    """Return the worker with its assignment, which goes through the object store once."""
    import ray
    from ray import tune

    from harness.execution.worker import Assignment, TrialWorker

    assignment = Assignment(
        run_dir=run.location,
        configs=[trial.as_dict() for trial in trials],
        datasets={options: ray.put(dataset) for options, dataset in datasets.items()},
        device=settings.device,
        threads=settings.ray.cpus_per_trial,
        origin=origin,
        sys_path=[str(Path.cwd()), *sys.path],
    )
    return tune.with_resources(
        tune.with_parameters(TrialWorker, assignment=assignment),
        {"CPU": settings.ray.cpus_per_trial, "GPU": settings.ray.gpus_per_trial},
    )


def given_up_record(
    trial: TrialConfig,
    datasets: dict[DatasetOptions, Dataset],
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
        data_source=datasets[trial.dataset].source,
        seed=trial.seed,
        params=trial.params(),
        env=origin,
        error=f"{reason}\nNo worker process finished this trial in {attempts} attempts.",
    )
