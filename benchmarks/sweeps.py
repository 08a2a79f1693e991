"""Whole sweeps beside pure training, and what a warm sweep costs for each trial."""

import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

from benchmarks.runs import SLOTS, Run, run
from benchmarks.tables import Measured, print_table
from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.datasets.registry import load_dataset

MOST_MS = 100.0
"""Wall time a trial may cost beyond its training and evaluation, in a warm sweep."""

RAY_NICENESS = 15
"""What Ray adds to the niceness of its workers."""

SHARES = ("first trial", "evaluate", "ray.init")
"""Seconds to the first trial's end; of evaluation; and of Ray's start, which no other includes."""

TRIVIAL = [
    *("method=vae", "dataset=digits", "scale=smoke", "scale.epochs=1"),
    *("scale.train_limit=128", "scale.batch_size=128", "scale.test_limit=64"),
]
"""A trial whose training takes milliseconds."""

SHORT = [
    *("method=vae", "dataset=digits", "scale.batch_size=512", "scale.epochs=60"),
    "method.lr=choice(1e-4,3e-4,1e-3,3e-3)",
]
"""A sweep of four learning rates, seconds a trial."""


def measure_trials(quick: bool) -> list[Measured]:
    """Print what a trial costs beyond its work, ours beside Tune's default."""
    numbers = {"unbraid": 40 if quick else 200, "tune": 6 if quick else 16}
    names = {"unbraid": "unbraid sweep", "tune": "Ray Tune's default, a new actor a trial"}
    rows, beyond = [], {}
    for how, n in numbers.items():
        done = run(how, [*TRIVIAL, f"seeds={n}"])
        wall = 1e3 * (done.finishes[-1] - done.finishes[0]) / (len(done.finishes) - 1)
        work = 1e3 * statistics.median(done.work) / SLOTS
        beyond[how] = wall - work
        rows.append((names[how], str(n), f"{wall:.1f}", f"{work:.1f}", f"{beyond[how]:.1f}"))
    print_table(
        f"a. Milliseconds of wall time a trial, {SLOTS} at a time, from the first trial's end on",
        ("", "trials", "in all", "training and evaluation", "beyond"),
        rows,
    )
    return [
        Measured("a. a trial beyond its work, warm sweep", beyond["unbraid"], "ms", MOST_MS),
        Measured("a. the same / Tune's default", beyond["unbraid"] / beyond["tune"], "x"),
    ]


def measure_sweeps(quick: bool) -> list[Measured]:
    """Print the wall time of sweeps over that of training alone on as many cores."""
    measured = []
    rows: list[tuple[str, ...]] = []
    for seeds, most in ((3, 1.2),) if quick else ((3, 1.2), (12, 1.07)):
        overrides = [*SHORT, f"seeds={seeds}"]
        ratios: dict[str, list[float]] = {}
        for _ in range(1 if quick or seeds > 3 else 3):
            before = pure_training(overrides)
            runs = {"unbraid": run("unbraid", overrides)}
            if seeds == 3:
                runs["tune"] = run("tune", overrides)
            pure = (before + pure_training(overrides)) / 2
            for how, done in runs.items():
                ratios.setdefault(how, []).append(done.wall / pure)
                rows.append(_row(how, done, pure))
        label = f"c. {4 * seeds} trials / pure training"
        measured.append(Measured(label, statistics.median(ratios.pop("unbraid")), "x", most))
        for other in ratios.values():
            measured.append(Measured(f"{label}, Tune's default", statistics.median(other), "x"))
    print_table(
        f"c. Seconds of vae on digits, {SLOTS} trials at a time, without ray.init()",
        ("", "trials", "wall", "pure", "wall/pure", "train", "wall/train", *SHARES),
        rows,
    )
    return measured


def _row(how: str, done: Run, pure: float) -> tuple[str, ...]:
    """Return the wall times of a run.

    ``train`` and ``evaluate`` are the trials' own times. Where ``train`` is far from ``pure``, the
    machine was not as busy in one as in the other, and ``wall/train`` is the better measure.
    """
    train = sum(done.train) / SLOTS
    evaluate = sum(done.work) / SLOTS - train
    after_first = done.ended - done.finishes[0]
    first = done.wall - after_first
    shares = (first, evaluate, done.ray_start)
    seconds = (done.wall, pure, done.wall / pure, train, done.wall / train, *shares)
    return how, str(len(done.work)), *(f"{value:.2f}" for value in seconds)


def pure_training(overrides: list[str]) -> float:
    """Return wall seconds of training the trials by hand, in as many processes as there are slots.

    The processes train at the same time and as politely (Ray's workers let other programs go
    first) as the trials of a sweep do. Their imports, and a first epoch that warms them up, are not
    counted.
    """
    configs = [trial.as_dict() for trial in resolve(overrides).trials]
    context = get_context("spawn")
    barrier = context.Barrier(SLOTS)
    shares = [configs[i::SLOTS] for i in range(SLOTS)]
    with ProcessPoolExecutor(SLOTS, context, initializer=_set_barrier, initargs=(barrier,)) as pool:
        return sum(pool.map(_train, shares)) / SLOTS


_barriers: list[Barrier] = []


def _set_barrier(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _train(configs: list[dict[str, Any]]) -> float:
    """Train trials one after another by hand, when every process is ready; return seconds."""
    import torch

    from benchmarks.handwritten import epochs_by_hand

    os.nice(RAY_NICENESS)
    torch.set_num_threads(1)
    trials = [trial_from_dict(config) for config in configs]
    dataset = load_dataset(trials[0].dataset, None)
    next(epochs_by_hand(trials[0], dataset))
    _barriers[0].wait()
    start = time.perf_counter()
    for trial in trials:
        for _ in epochs_by_hand(trial, dataset):
            pass
    return time.perf_counter() - start
