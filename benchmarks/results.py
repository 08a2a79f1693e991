"""Writing trials, reading large runs, and drawing their report."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.tables import Measured, print_table
from harness.commands.running.run_directory import planned
from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.results import Curves, RunDirectory, TrialRecord, load

CONFIGURATIONS = 12
"""Of the search space ``vitae_stability``."""


def measure(quick: bool) -> list[Measured]:
    """Print the seconds of writing, merging, loading and reporting a large stability sweep."""
    seeds = (1_000 if quick else 10_000) // CONFIGURATIONS + 1
    with tempfile.TemporaryDirectory(prefix="unbraid-bench-") as folder:
        location = f"{folder}/run"
        sweep = resolve(["space=vitae_stability", f"seeds={seeds}", f"run_dir={location}"])
        with planned(sweep, ["made", "up"]) as run:
            writes = list(_write(run, sweep.trials))
            done = {"load, a file a trial": _apart(_load, location)}
            start = time.perf_counter()
            run.compact()
            done["compact"] = time.perf_counter() - start, float("nan")
        done["load, compacted"] = _apart(_load, location)
        done["stability report, loading included"] = _apart(_report, location)
    n = len(sweep.trials)
    print_table(
        f"d. A stability sweep of {n:,} trials with 100 points each",
        ("", "seconds", "peak MB"),
        [(name, f"{seconds:.2f}", f"{peak:.0f}") for name, (seconds, peak) in done.items()],
    )
    targets = {"load, compacted": 3.0, "stability report, loading included": 15.0}
    return [
        *(
            Measured(f"d. {n:,} trials: {name}", seconds, "s", targets.get(name))
            for name, (seconds, _) in done.items()
        ),
        Measured("f. writing a trial, median", 1e3 * statistics.median(writes), "ms"),
    ]


def _write(run: RunDirectory, trials: list[TrialConfig]) -> Iterator[float]:
    """Write a made-up record of every trial; yield the seconds of each."""
    for i, trial in enumerate(trials):
        record = _record(trial, np.random.default_rng(i))
        start = time.perf_counter()
        run.write(record)
        yield time.perf_counter() - start


def _record(trial: TrialConfig, rng: np.random.Generator) -> TrialRecord:
    """Return what a trial of 25 epochs leaves: 100 points, the pictures, the final metrics.

    The free matrix diverges from 1e-2 on; elsewhere the bound rises with noise about it.
    """
    hp = trial.hyperparameters
    diverged = hp.transform == "affine" and hp.lr >= 1e-2
    curves = Curves()
    for epoch in range(1, 26):
        bound = -150 - 400 * np.exp(-epoch / 8) + rng.normal()
        curves.add(epoch, 3 * epoch, "train", {"loss": -bound, "elbo": bound})
        curves.add(epoch, 3 * epoch, "test", {"elbo": bound - 3, "kl": 12 + rng.normal()})
    names = ("test_images", "reconstructions", "appearance", "samples")
    return TrialRecord(
        trial_id=trial.trial_id,
        status="diverged" if diverged else "ok",
        method=trial.method,
        dataset="digits",
        data_source="real",
        seed=trial.seed,
        params=trial.params(),
        metrics={} if diverged else {"elbo": bound - 3, "log_likelihood": bound + 9, "kl": 12.0},
        times={"total": 4.0, "setup": 0.1, "train": 3.5, "evaluate": 0.4, "step": 0.01},
        env={"torch": "2", "device": "cpu", "threads": 1},
        error="loss is nan" if diverged else None,
        curves=curves,
        arrays={name: rng.integers(0, 255, (8, 1, 28, 28), np.uint8) for name in names},
    )


def _apart(task: Callable[[str], None], location: str) -> tuple[float, float]:
    """Return seconds and peak memory in MB of a task in a process of its own, imports included."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_timed, task, location).result()


def _timed(task: Callable[[str], None], location: str) -> tuple[float, float]:
    start = time.perf_counter()
    task(location)
    return time.perf_counter() - start, _peak_mb()


def _peak_mb() -> float:
    """Return the most memory this process has held; NaN where the system does not say.

    Not ``getrusage``: its maximum survives ``exec``, so a child starts with its parent's.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except FileNotFoundError:
        return float("nan")
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _load(location: str) -> None:
    load(location)


def _report(location: str) -> None:
    import reports

    reports.build(load(location), "stability", Path(location).parent / "report.html")
