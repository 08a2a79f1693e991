"""What batches cost beside the training step that uses them."""

import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.steps import epochs, one_trial
from benchmarks.tables import Measured, print_table
from harness.data.batches.sampler import Sampler
from harness.data.dataset import Dataset, Split
from harness.datasets.registry import load_dataset

FACES, FACE_BATCH = 512, 256
"""Random images of CelebA's size, 24 MiB of them, and its batch size."""


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds a batch, and their share of a VAE's step, of small and of large images."""
    torch.set_num_threads(1)
    measured = []
    for size in (512, 128):
        title = f"e. Milliseconds a batch of {size} digits, within a step of vae"
        measured += _report(title, f", batch {size}", _digits(size), rounds=10 if quick else 80)
    with tempfile.TemporaryDirectory(prefix="unbraid-bench-") as folder:
        title = "e. Milliseconds a batch of 128x128 RGB, within a step of a convolutional vae"
        passes = _faces(Path(folder) / "images.npy")
        measured += _report(title, f", batch {FACE_BATCH}", passes, rounds=1 if quick else 8)
    return measured


Passes = dict[str, tuple[int, Callable[[], object]]]
"""By name: how many batches a pass has, and what runs it."""


def _report(title: str, of: str, passes: Passes, rounds: int) -> list[Measured]:
    """Print and return what each pass costs beside the one named ``step``."""
    seconds = by_turns(passes, rounds)
    step = seconds.pop("step")
    rows, measured = [], []
    for name, taken in seconds.items():
        share = statistics.median(a / b for a, b in zip(taken, step, strict=True))
        times = (f"{1e3 * statistics.median(s):.2f}" for s in (taken, step))
        rows.append((f"{name}{of}", *times, f"{share:.1%}"))
        measured.append(Measured(f"e. share of a step: {name}{of}", 100 * share, "%"))
    print_table(title, ("", "batch", "step", "share"), rows)
    return measured


def _digits(batch_size: int) -> Passes:
    """Return steps on digits, and passes over them plain and freshly warped."""
    trial = one_trial(["method=vae", f"scale.batch_size={batch_size}", "scale.epochs=100000"])
    dataset = load_dataset(trial.dataset, None)
    plain = Sampler(dataset.train, None, "cpu", batch_size)
    warped = Sampler(dataset.train, dataset.warp, "cpu", batch_size)
    training = epochs(trial, dataset)
    return {
        "step": (len(plain), lambda: next(training)),
        "plain": pass_over(plain),
        "warped": pass_over(warped),
    }


def _faces(path: Path) -> Passes:
    """Return steps on images in memory, and passes over those and the same in a mapped file."""
    rng = np.random.default_rng(0)
    in_memory = rng.integers(0, 256, (FACES, 3, 128, 128), dtype=np.uint8)
    np.save(path, in_memory)
    split, mapped = Split(in_memory), Split(np.load(path, mmap_mode="r"))
    trial = one_trial(
        ["method=vae", "method.network=conv", f"scale.batch_size={FACE_BATCH}", "scale.epochs=1000"]
    )
    training = epochs(trial, Dataset("random", "procedural", split, split))
    in_place = Sampler(split, None, "cpu", FACE_BATCH)
    return {
        "step": (len(in_place), lambda: next(training)),
        "in memory": pass_over(in_place),
        "mapped": pass_over(Sampler(mapped, None, "cpu", FACE_BATCH)),
        "mapped and streamed": pass_over(
            Sampler(mapped, None, "cpu", FACE_BATCH, resident_limit=0)
        ),
    }


def pass_over(sampler: Sampler) -> tuple[int, Callable[[], object]]:
    """Return a pass over all batches that does nothing with them."""
    order = torch.Generator().manual_seed(0)
    return len(sampler), lambda: deque(sampler.epoch(order), maxlen=0)


def by_turns(passes: Passes, rounds: int) -> dict[str, list[float]]:
    """Return processor seconds a batch of each pass, in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in passes}
    for i in range(rounds + 1):
        for name, (batches, run) in passes.items():
            start = time.process_time()
            run()
            if i:  # the first round warms up
                seconds[name].append((time.process_time() - start) / batches)
    return seconds
