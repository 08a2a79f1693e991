"""Training steps of several trials as a stack beside the same steps one by one, on this CPU."""

import itertools
import statistics
import time
from collections.abc import Iterator

import torch

from benchmarks.tables import Measured, print_table
from harness import seeding
from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.data.batches.of_method import make_sampler
from harness.data.dataset import Dataset
from harness.datasets.registry import load_dataset
from harness.training.loop import Training, Updater, Wanted
from harness.training.stacked import Stack
from harness.trial.method import build_method
from harness.trial.process import prepare_process
from harness.trial.stacked.pace import Known, Pace

MOST = 1 / 0.98
"""What is measured to pay may cost so many times the steps one by one."""

TINY = ("dataset=digits", "scale=small", "scale.batch_size=16", "method.d=2")
CASES = {
    "vae, 8 images a step": ("method=vae", *TINY, "scale.batch_size=8"),
    "vae, 128 images": ("method=vae", "dataset=digits", "scale=small"),
    "c_vitae affine, 128 images": ("method=c_vitae", "dataset=digits", "scale=small"),
}


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds of a step of one trial, alone and in stacks, and what the gate chooses."""
    prepare_process(threads=1)
    rows, measured = [], []
    for (name, overrides), size in itertools.product(CASES.items(), (4, 16)):
        (trial,) = resolve([*overrides, "scale.epochs=100000"], single=True).trials
        alone, stacked, chosen = _side_by_side(trial, size, rounds=4 if quick else 20)
        ratio = statistics.median(a / b for a, b in zip(stacked, alone, strict=True))
        cells = (1e3 * statistics.median(each) / size for each in (alone, stacked))
        rows.append((name, f"{size}", *(f"{c:.3f}" for c in cells), f"{ratio:.2f}", f"{chosen}"))
        chosen_ratio = ratio if chosen == size else 1.0
        if chosen in (1, size):
            what = f"o. chosen / one by one: {name}, {size} trials"
            measured.append(Measured(what, chosen_ratio, "x", MOST))
    header = ("", "trials", "one by one", "stacked", "ratio", "auto takes")
    print_table("o. Milliseconds a step of a trial", header, rows)
    return measured


def _side_by_side(
    trial: TrialConfig, size: int, rounds: int
) -> tuple[list[float], list[float], int]:
    """Return seconds of a step of all trials, one by one and stacked, and the size the gate takes.

    The two change places from round to round; seconds are those of the processor, which leave out
    the time of others.
    """
    dataset = load_dataset(trial.dataset, None)
    dataset = dataset.limited(trial.scale.train_limit, trial.scale.test_limit)
    groups = [[_steps(trial, dataset, seed) for seed in range(size)] for _ in range(3)]
    pace = Pace(None, Known())
    stacks: dict[tuple[int, ...], Stack] = {}
    seconds: tuple[list[float], list[float]] = ([], [])
    for i in range(rounds + 2):
        for which in (i % 2, 1 - i % 2):
            began = time.process_time()
            for _ in range(10):
                _taken([_next(each) for each in groups[which]], size if which else 1, stacks)
            if i >= 2:  # the first rounds warm up
                seconds[which].append((time.process_time() - began) / 10)
    known: dict[tuple[int, ...], Stack] = {}
    while True:  # as ``harness.trial.stacked.together`` does
        wanted = [_next(each) for each in groups[2]]
        chosen = pace.size(size, wanted[0])
        if pace.settled:
            return (*seconds, chosen)
        _taken(wanted, chosen, known)


def _taken(wanted: list[Wanted], size: int, stacks: dict[tuple[int, ...], Stack]) -> None:
    """Take steps in stacks; one that is alone is taken when its training goes on."""
    for i in range(0, len(wanted), size):
        part = wanted[i : i + size]
        if len(part) > 1:
            key = tuple(range(i, i + len(part)))
            if key not in stacks:
                stacks[key] = Stack([each.updater for each in part])
            stacks[key].step(part)


def _next(steps: Iterator[object]) -> Wanted:
    return next(said for said in steps if isinstance(said, Wanted))


def _steps(trial: TrialConfig, dataset: Dataset, seed: int) -> Iterator[object]:
    cpu = torch.device("cpu")
    updater = Updater(build_method(trial, dataset, cpu))
    sampler = make_sampler(updater.method, dataset, cpu, trial.scale.batch_size)
    order, noise = (seeding.generator(seed, purpose) for purpose in ("order", "noise"))
    return Training(updater, sampler, trial.scale, order, noise).steps()
