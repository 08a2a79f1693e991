"""What batches cost beside the training step that uses them."""

import statistics
import time
from collections import deque
from collections.abc import Callable

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
        seconds = _by_turns(size, rounds=10 if quick else 80)
        step = seconds["step"]
        for name in ("plain", "warped"):
            share = statistics.median(a / b for a, b in zip(seconds[name], step, strict=True))
            label = f"{name}, batch {size}"
            times = (f"{1e3 * statistics.median(s):.2f}" for s in (seconds[name], step))
            rows.append((label, *times, f"{share:.1%}"))
            measured.append(Measured(f"e. share of a step: {label}", 100 * share, "%"))
    print_table(
        "e. Milliseconds a batch of digits, within a step of vae",
        ("", "batch", "step", "share"),
        rows,
    )
    return measured


def _by_turns(batch_size: int, rounds: int) -> dict[str, list[float]]:
    """Return processor seconds a batch in each round: of steps, of plain and warped batches."""
    trial = one_trial(["method=vae", f"scale.batch_size={batch_size}", "scale.epochs=100000"])
    dataset = load_dataset(trial.dataset, None)
    plain = Sampler(dataset.train, None, "cpu", batch_size)
    warped = Sampler(dataset.train, dataset.warp, "cpu", batch_size)
    training = epochs(trial, dataset)
    order = torch.Generator().manual_seed(0)
    batches = len(plain)
    passes: dict[str, Callable[[], object]] = {
        "step": lambda: next(training),
        "plain": lambda: deque(plain.epoch(order), maxlen=0),
        "warped": lambda: deque(warped.epoch(order), maxlen=0),
    }
    seconds: dict[str, list[float]] = {name: [] for name in passes}
    for i in range(rounds + 1):
        for name, run in passes.items():
            start = time.process_time()
            run()
            if i:  # the first round warms up
                seconds[name].append((time.process_time() - start) / batches)
    return seconds
