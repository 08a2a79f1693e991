"""Our driver and Ray Tune's controller with workers that are not there: how a driver scales.

``python -m tests.harness.execution.helpers.fake_workers TRIALS WORKERS RUN_DIR [OVERRIDES...]``
prints, as JSON, what it measured of its own process. Real are the plan, the driver, its callback,
Tune's loop, and Ray's calls and waiting: of each worker one call is always under way. Not real are
the workers: one process answers for all of them, at once and with a made-up result, and writes no
rows; and the placement groups, of which a real cluster has one for each worker and for each trial
that waits for one.
"""

import gc
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil
import ray
from ray.air.execution.resources import AcquiredResources, ResourceManager, ResourceRequest
from ray.tune.experiment import Trial

from harness.commands.running.run_directory import planned
from harness.commands.running.run_missing import origin
from harness.config.sweep import Sweep, resolve
from harness.data.dataset import Dataset, Split
from harness.execution.driver import run_trials
from harness.execution.progress import Progress, label
from harness.execution.session.ray_session import ray_session
from harness.results import RunDirectory

SAMPLES = 10
"""Looks at the process, evenly over the trials, beside the one at the first trial's end."""

METRICS = {"elbo": -170.0, "log_likelihood": -160.0, "kl": 12.0}
"""What every trial scores."""


@ray.remote(num_cpus=0)
class Pool:
    """Answers for all workers."""

    async def answer(self, method: str, trial_ids: list[str], *_: Any, **__: Any) -> Any:
        """Return what ``TrialWorker`` would."""
        if method != "train":
            return True
        end = {"status": "ok", "seconds": 1.0, "score": "elbo -170", "metrics": METRICS}
        ended = [{"trial_id": trial_id, **end, "kept": False} for trial_id in trial_ids]
        report = {"notes": [], "done": True, "ended": ended, "shares": {}, "points": {}}
        return {**report, "training_iteration": 1, "time_this_iter_s": 1.0, "hostname": "nowhere"}


class Worker:
    """A handle as of an actor of Tune's, whose methods the pool answers."""

    def __init__(self, pool: Any, config: dict[str, Any]) -> None:
        self._pool, self._config = pool, config

    def __getattr__(self, method: str) -> Any:
        return Method(self, method)

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Return the future of a call."""
        if method == "reset":
            self._config = arguments[0]
        return self._pool.answer.remote(method, self._config["trial_ids"], *arguments, **named)


@dataclass
class Method:
    """A method of a worker."""

    worker: Worker
    name: str

    def remote(self, *arguments: Any, **named: Any) -> Any:
        """Return the future of a call."""
        return self.worker.call(self.name, *arguments, **named)


@dataclass
class Slot(AcquiredResources):
    """Room for a worker."""

    pool: Any

    def _annotate_remote_entity(self, entity: Any, bundle: Any, bundle_index: int) -> Any:
        raise NotImplementedError

    def annotate_remote_entities(self, entities: Any) -> Any:
        """Return what Tune makes the worker of."""
        return [self]

    def remote(self, config: dict[str, Any], **_: Any) -> Worker:
        """Return a worker."""
        return Worker(self.pool, config)


class Slots(ResourceManager):
    """Room for some workers, of which every trial asks for the same."""

    def __init__(self, workers: int, pool: Any) -> None:
        self._free, self._pool, self._asked = workers, pool, 0

    def request_resources(self, resource_request: ResourceRequest) -> None:
        """Count."""
        self._asked += 1

    def cancel_resource_request(self, resource_request: ResourceRequest) -> None:
        """Count."""
        self._asked -= 1

    def has_resources_ready(self, resource_request: ResourceRequest) -> bool:
        """Say whether there is room for a worker that was asked for."""
        return self._asked > 0 and self._free > 0

    def acquire_resources(self, resource_request: ResourceRequest) -> Slot:
        """Take the room."""
        self._asked, self._free = self._asked - 1, self._free - 1
        return Slot(resource_request, self._pool)

    def free_resources(self, acquired_resource: Any) -> None:
        """Give it back."""
        self._free += 1

    def clear(self) -> None:
        """Forget what was asked for."""
        self._asked = 0


@dataclass
class Measured:
    """What the driver's process was seen to need.

    Attributes:
        plan: seconds of processor time to resolve, to write the plan, and to name the trials.
        trials: how many had ended at each sample.
        resident: MB of memory then.
        seconds: processor time of this process until then.
        wall: the same by the clock.
        alive: Tune's objects of trials then.
    """

    plan: list[float] = field(default_factory=list)
    trials: list[int] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    alive: list[int] = field(default_factory=list)
    looking: float = 0.0

    def sample(self, ended: int) -> None:
        """Look at this process; what that takes is left out."""
        now = time.process_time()
        self.trials.append(ended)
        gc.collect()
        self.resident.append(psutil.Process().memory_info().rss / 2**20)
        self.seconds.append(now - self.looking)
        self.wall.append(time.monotonic())
        self.alive.append(sum(type(each) is Trial for each in gc.get_objects()))
        self.looking += time.process_time() - now


def measure(n: int, workers: int, run_dir: str, *overrides: str) -> Measured:
    """Run a sweep of ``n`` trials with so many workers that are not there."""
    measured, started = Measured(), time.process_time()
    arguments = ["method=vae", "dataset=digits", "scale=smoke", "keep=none", f"seeds={n}"]
    sweep = resolve([*arguments, *overrides, f"run_dir={run_dir}"])
    measured.plan.append(time.process_time() - started)
    with planned(sweep, ["sweep", *arguments]) as run:
        measured.plan.append(time.process_time() - started - sum(measured.plan))
        labels = {trial.trial_id: label(trial, sweep.swept) for trial in sweep.trials}
        measured.plan.append(time.process_time() - started - sum(measured.plan))
        progress = Progress(n, 0, labels, sys.stderr)
        with ray_session(sweep.settings.ray):
            run_sweep(run, sweep, workers, progress, measured)
    return measured


def run_sweep(
    run: RunDirectory, sweep: Sweep, workers: int, progress: Progress, measured: Measured
) -> None:
    """Run a planned sweep, on the Ray that is connected."""
    images = Split(np.zeros((1, 1, 28, 28), np.uint8))
    datasets = {sweep.trials[0].dataset: Dataset("none", "real", images, images)}
    finish, every = Progress.finish, max(1, sweep.n_trials // SAMPLES)

    def noted(self: Progress, *arguments: Any) -> None:
        finish(self, *arguments)
        if self.finished == 1 or self.finished % every == 0:
            measured.sample(self.finished)

    pool = Pool.options(max_concurrency=2 * workers + 10).remote()  # type: ignore[attr-defined]
    ray.get(pool.answer.remote("ready", []))
    controller = "ray.tune.execution.tune_controller.PlacementGroupResourceManager"
    with (
        patch(controller, lambda: Slots(workers, pool)),
        patch("ray.kill", lambda *_, **__: None),
        patch.object(Progress, "finish", noted),
    ):
        run_trials(
            run,
            sweep.trials,
            datasets,
            sweep.settings,
            origin=origin(sweep.settings),
            at_once=workers,
            progress=progress,
            swept=sweep.swept,
        )


if __name__ == "__main__":
    trials, at_once, where, *more = sys.argv[1:]
    print(json.dumps(vars(measure(int(trials), int(at_once), where, *more))))
