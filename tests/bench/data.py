"""What batches cost beside the training step that uses them."""

import statistics
import time
from collections.abc import Iterator

import torch

from harness.data.registry import load_dataset
from harness.data.sampler import Sampler
from tests.bench.steps import epochs, one_trial
from tests.bench.tables import Measured, print_table


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds a batch, plain and freshly warped, and their share of a VAE's step."""
    torch.set_num_threads(1)
    rows, measured = [], []
    for size in (512, 128):
        trial = one_trial(["method=vae", f"scale.batch_size={size}", "scale.epochs=100000"])
        dataset = load_dataset(trial.dataset, None)
        order = torch.Generator().manual_seed(0)
        training = epochs(trial, dataset)
        passes = {"step": lambda training=training: next(training)}
        for name, warp in (("plain", None), ("warped", dataset.warp)):
            sampler = Sampler(dataset.train, warp, "cpu", size)
            passes[name] = lambda sampler=sampler: _exhaust(sampler.epoch(order))
        seconds = _interleaved(passes, rounds=10 if quick else 80)
        per_batch = {name: statistics.median(s) / len(sampler) for name, s in seconds.items()}
        for name in ("plain", "warped"):
            share = statistics.median(
                a / b for a, b in zip(seconds[name], seconds["step"], strict=True)
            )
            label = f"{name}, batch {size}"
            times = (f"{1e3 * per_batch[kind]:.2f}" for kind in (name, "step"))
            rows.append((label, *times, f"{share:.1%}"))
            measured.append(Measured(f"e. share of a step for {label}", 100 * share, "%"))
    print_table(
        "e. Milliseconds a batch of digits, within a step of vae",
        ("", "batch", "step", "share"),
        rows,
    )
    return measured


def _exhaust(batches: Iterator[object]) -> None:
    for _ in batches:
        pass


def _interleaved(passes: dict[str, object], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each pass in each round, after a round that warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in passes}
    for i in range(rounds + 1):
        for name, run in passes.items():
            start = time.perf_counter()
            run()
            if i:
                seconds[name].append(time.perf_counter() - start)
    return seconds
