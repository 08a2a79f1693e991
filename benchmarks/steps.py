"""A training step of the harness beside the same step written by hand."""

import itertools
import statistics
import time
from collections.abc import Iterator

import torch

from benchmarks.handwritten import epochs_by_hand
from benchmarks.tables import Measured, print_table
from harness import seeding
from harness.config.schema import TrialConfig
from harness.config.sweep import resolve
from harness.data.batches.of_method import make_sampler
from harness.data.dataset import Dataset
from harness.datasets.registry import load_dataset
from harness.training.loop import Epoch, Updater, train
from harness.trial.method import build_method
from harness.trial.process import prepare_process

MOST = 1.05
"""A step may cost so many times the one written by hand."""

TRANSFORMS = ("affine", "affine_decomp", "affine_diffeo")
CASES = [
    ["method=vae"],
    *([f"method={m}", f"method.transform={t}"] for m in ("u_vitae", "c_vitae") for t in TRANSFORMS),
]


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds a step of both, for every method and two batch sizes."""
    prepare_process(threads=1)
    rows, measured = [], []
    for size, case in itertools.product((512, 128), CASES):
        trial = one_trial([*case, f"scale.batch_size={size}", "scale.epochs=100000"])
        ours, by_hand = _side_by_side(trial, rounds=8 if quick else 60)
        ratio = statistics.median(a / b for a, b in zip(ours, by_hand, strict=True))
        name = f"{' '.join(word.partition('=')[2] for word in case)}, batch {size}"
        cells = (1e3 * statistics.median(ours), 1e3 * statistics.median(by_hand))
        rows.append((name, *(f"{cell:.2f}" for cell in cells), f"{ratio:.3f}"))
        measured.append(Measured(f"b. step / by hand: {name}", ratio, "x", MOST))
    print_table("b. Milliseconds a training step", ("", "unbraid", "by hand", "ratio"), rows)
    return measured


def one_trial(overrides: list[str]) -> TrialConfig:
    """Return the trial of ``unbraid train`` with these overrides, on digits."""
    (trial,) = resolve(["dataset=digits", "scale=small", *overrides], single=True).trials
    return trial


def epochs(trial: TrialConfig, dataset: Dataset) -> Iterator[Epoch]:
    """Train through the harness's loop, yielding after every epoch."""
    cpu = torch.device("cpu")
    updater = Updater(build_method(trial, dataset, cpu))
    sampler = make_sampler(updater.method, dataset, cpu, trial.scale.batch_size)
    order, noise = (seeding.generator(trial.seed, purpose) for purpose in ("order", "noise"))
    return train(updater, sampler, trial.scale, order, noise)


def _side_by_side(trial: TrialConfig, rounds: int) -> tuple[list[float], list[float]]:
    """Return seconds a step of ours and of the hand-written loop, an epoch of each a round.

    The two change places from round to round, so that neither always profits from the other's
    warm caches. Seconds are those of the processor: with one thread they are wall time on a free
    machine, and on a busy one they leave out the time of others.
    """
    dataset = load_dataset(trial.dataset, None)
    loops = [epochs(trial, dataset), epochs_by_hand(trial, dataset)]
    steps = -(-len(dataset.train) // trial.scale.batch_size)
    seconds: tuple[list[float], list[float]] = ([], [])
    for i in range(rounds + 2):
        for which in (i % 2, 1 - i % 2):
            start = time.process_time()
            next(loops[which])
            if i >= 2:  # the first rounds warm up
                seconds[which].append((time.process_time() - start) / steps)
    return seconds
