"""One run of many trials in a process of its own, timed from within.

``python -m benchmarks.runs unbraid|tune STARTED OUT OVERRIDES...`` is run by :func:`run`.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil

from harness.results import load

SLOTS = 2
"""Trials at once, on as many cores."""

SAMPLE_EVERY = 250
"""Finished trials between two looks at the driver's memory."""


@dataclass
class Run:
    """What one run took, in seconds.

    Attributes:
        wall: from the command to its end, imports included, Ray's own start left out.
        ray_start: ``ray.init()``.
        finishes: when each trial was known to be finished, in order, on the system's clock.
        work: training and evaluation of each trial, as the trial itself measured it.
        train: its training alone.
        ended: the end, on the system's clock.
        driver: resident MB and seconds of processor time of this process when the first trial was
            known to be finished, and after every ``SAMPLE_EVERY`` of them.
    """

    wall: float = 0.0
    ended: float = 0.0
    ray_start: float = 0.0
    finishes: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    train: list[float] = field(default_factory=list)
    driver: list[tuple[float, float]] = field(default_factory=list)


def run(how: str, overrides: list[str]) -> Run:
    """Run trials through ``unbraid sweep``, or through Ray Tune with its defaults (``tune``)."""
    with tempfile.TemporaryDirectory(prefix="unbraid-bench-") as folder:
        out = Path(folder) / "run.json"
        settings = [f"ray.num_cpus={SLOTS}", "device=cpu", f"run_dir={folder}/run"]
        command = [sys.executable, "-m", __name__, how, repr(time.time()), str(out)]
        command += [*overrides, *settings]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return Run(**json.loads(out.read_text()))


def through_unbraid(overrides: list[str], measured: Run) -> None:
    """Run the real command; note when the driver hears of each trial."""
    from harness import cli
    from harness.execution.progress import Progress

    finish = Progress.finish

    def noted(*arguments: Any) -> None:
        measured.finishes.append(time.time())
        finish(*arguments)
        if len(measured.finishes) % SAMPLE_EVERY == 0 or len(measured.finishes) == 1:
            resident = psutil.Process().memory_info().rss / 2**20
            measured.driver.append((resident, time.process_time()))

    with patch.object(Progress, "finish", noted):
        code = cli.main(["sweep", *overrides])
    assert code == 0


def through_tune(overrides: list[str], measured: Run) -> None:
    """Run what a script of one's own would: a function trainable, Tune's defaults, no files."""
    import ray
    import torch
    from ray import tune

    from harness.config.sweep import resolve
    from harness.datasets.registry import load_dataset
    from tests.harness.helpers import toys

    trials = resolve(overrides).trials

    def trainable(config: dict[str, Any]) -> None:
        torch.set_num_threads(1)
        trial = trials[config["position"]]
        _, record = toys.run(trial, load_dataset(trial.dataset, None))
        tune.report(record.times)

    class Noted(tune.Callback):
        def on_trial_complete(self, **event: Any) -> None:  # type: ignore[override]
            measured.finishes.append(time.time())

    ray.init(num_cpus=SLOTS, include_dashboard=False, log_to_driver=False)
    with tempfile.TemporaryDirectory(prefix="unbraid-bench-tune-") as folder:
        results = tune.Tuner(
            trainable,
            param_space={"position": tune.grid_search(list(range(len(trials))))},
            run_config=tune.RunConfig(storage_path=folder, verbose=0, callbacks=[Noted()]),
        ).fit()
    ray.shutdown()
    assert not results.errors
    times = results.get_dataframe()
    measured.train = times["train"].tolist()
    measured.work = (times["train"] + times["evaluate"]).tolist()


def _main(how: str, started: str, out: str, *overrides: str) -> None:
    import ray

    measured, init = Run(), ray.init

    def timed_init(*arguments: Any, **settings: Any) -> Any:
        start = time.perf_counter()
        context = init(*arguments, **settings)
        measured.ray_start = time.perf_counter() - start
        return context

    with patch.object(ray, "init", timed_init):
        {"unbraid": through_unbraid, "tune": through_tune}[how](list(overrides), measured)
    measured.ended = time.time()
    measured.wall = measured.ended - float(started) - measured.ray_start
    if how == "unbraid":
        trials = load(overrides[-1].removeprefix("run_dir=")).trials
        measured.train = trials["time.train"].tolist()
        measured.work = (trials["time.train"] + trials["time.evaluate"]).tolist()
    Path(out).write_text(json.dumps(asdict(measured)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
