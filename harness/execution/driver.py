"""Hands the missing trials of a plan to Ray Tune and watches them finish.

Tune is the executor and nothing more: the run directory, written by the workers, is the truth.
"""

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.config.schema import RaySettings, Settings, TrialConfig
from harness.data.dataset import Dataset, DatasetOptions
from harness.errors import UserError
from harness.execution.progress import Progress
from harness.results import RunDirectory, TrialRecord

# Read when ray.tune is imported: no loggers of Tune's own, no change of the working directory, and
# Ctrl-C for us, because Tune ends an interrupted run as if it were complete.
_TUNE_ENVIRONMENT = {
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_GLOBAL_CHECKPOINT_S": "3600",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}

CONNECT_S = 10.0
"""Seconds in which a cluster's head has to accept a connection."""


@contextmanager
def ray_session(settings: RaySettings) -> Iterator[None]:
    """Start Ray on this machine, or join a cluster; leave it at the end.

    Raises:
        UserError: the cluster cannot be reached.
    """
    os.environ.update(_TUNE_ENVIRONMENT)
    import ray

    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)  # our callback says what went wrong
    common: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        if settings.address:
            _join(settings.address, common)
        else:
            ray.init(
                "local",  # whatever RAY_ADDRESS says
                num_cpus=settings.num_cpus,
                num_gpus=settings.num_gpus,
                include_dashboard=False,
                **common,
            )
        signal.signal(signal.SIGTERM, on_sigterm)  # Ray has set one that aborts this process
        yield
    finally:
        ray.shutdown()


def _join(address: str, options: dict[str, Any]) -> None:
    import ray

    try:
        _require_listener(address)
        ray.init(address, **options)
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(
            f"There is no Ray cluster at ray.address={address} ({error}). "
            "Start one (`ray up cluster.yaml`), or leave ray.address out to use this machine."
        ) from None


def _require_listener(address: str) -> None:
    """Fail at once where nothing listens: Ray would go on trying for minutes."""
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS", address)
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=CONNECT_S).close()


def slots(settings: RaySettings) -> int | None:
    """Return how many trials run at once; None on a cluster, which may grow to what they need.

    Raises:
        UserError: a trial needs more than this machine has.
    """
    import ray

    if settings.address:
        return None
    have: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    need = {"CPU": float(settings.cpus_per_trial), "GPU": settings.gpus_per_trial}
    for kind, amount in need.items():
        if amount > have.get(kind, 0.0):
            raise UserError(
                f"A trial asks for {amount:g} {kind}, but Ray has {have.get(kind, 0.0):g} here. "
                f"Lower ray.{kind.lower()}s_per_trial or raise ray.num_{kind.lower()}s."
            )
    return int(min(have[kind] // amount for kind, amount in need.items() if amount))


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

    def give_up(position: int, reason: str) -> None:
        trial = trials[position]
        if trial.trial_id not in run.finished():  # it may have been written before the worker died
            run.write(dead_worker_record(trial, datasets, origin, reason))
            progress.finish(position, "failed", float("nan"), 0.0)

    callback = SweepCallback(run, progress, give_up)
    scratch = tempfile.mkdtemp(prefix="unbraid-tune-")
    try:
        tune.Tuner(
            _trainable(run, trials, datasets, settings, origin),
            param_space={"position": tune.grid_search(list(range(len(trials))))},
            tune_config=tune.TuneConfig(
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


def dead_worker_record(
    trial: TrialConfig,
    datasets: dict[DatasetOptions, Dataset],
    origin: dict[str, Any],
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
        error=f"No worker process finished this trial (out of memory?). {reason}",
    )
