"""Trials an hour on a GPU: in stacks, by CUDA graphs, one by one, and in 8 processes at once.

``python -m benchmarks.stacked_gpu`` needs torch (with NumPy and annotated-types, which methods
need) and no data: images are noise of the size that the method learns from, and a step costs what
it costs. A trial is the training of the published search space, without its evaluations. Where
there is no GPU it says so; ``--device cpu --quick`` tries the script itself.
"""

import argparse
import itertools
import multiprocessing
import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from benchmarks.tables import print_table
from harness import seeding
from harness.data.batches.of_method import make_sampler
from harness.data.dataset import Dataset, Split, WarpRange
from harness.methods import METHODS
from harness.training.loop import Training, Updater, Wanted
from harness.training.recorded import SETTLED
from harness.training.scale import Scale
from harness.training.stacked import Stack

SIZES = (1, 4, 16, 64)
PROCESSES = 8
"""Processes that share the GPU, of one trial each."""

IMAGES = 1024
"""Images that are drawn from; an epoch of them is as good as one of all."""


@dataclass(frozen=True)
class Work:
    """A trial of a search space.

    Attributes:
        space: its name.
        scale: ``small`` or ``paper``.
        method: the method's name.
        structure: hyperparameters that are not the defaults.
        side: width and height of the images.
        channels: of the images.
        batch: images a step.
        steps: of a trial.
    """

    space: str
    scale: str
    method: str
    structure: dict[str, Any]
    side: int
    channels: int
    batch: int
    steps: int


WORK = (
    Work("vitae_stability", "small", "c_vitae", {}, 28, 1, 128, 60 * 12),
    Work("vitae_stability", "paper", "c_vitae", {}, 28, 1, 512, 2000 * 3),
    Work("rodi_epsilon_b_gamma", "small", "rodi", {"network": "small"}, 32, 3, 64, 2000),
    Work("rodi_epsilon_b_gamma", "paper", "rodi", {"network": "paper"}, 64, 3, 64, 100_000),
    Work("dvae_beta_d", "small", "dvae_synthesis", {"network": "small"}, 64, 3, 32, 8 * 188),
    Work("dvae_beta_d", "paper", "dvae_synthesis", {"network": "paper"}, 256, 3, 32, 200 * 188),
)


def dataset(work: Work) -> Dataset:
    """Return noise with what the methods are told of it."""
    rng = np.random.default_rng(0)
    shape = IMAGES, work.channels, work.side, work.side
    images = rng.integers(0, 256, shape, dtype=np.uint8)
    modalities = {"pose": rng.normal(size=(IMAGES, 21, 3)).astype(np.float32)}
    split = Split(images, {"identity": np.arange(IMAGES) // 8}, modalities)
    warp = WarpRange(20.0, 0.1) if work.method == "c_vitae" else None
    return Dataset("noise", "procedural", split, split.first(1), warp, identity_factor="identity")


def steps(work: Work, data: Dataset, device: torch.device, seed: int) -> Iterator[Wanted]:
    """Yield the steps of a trial, which whoever gets them may take."""
    cls = METHODS.load(work.method)
    torch.manual_seed(seed)
    method = cls(cls.Hyperparameters(**work.structure), data.spec).to(device).train()
    sampler = make_sampler(method, data, device, work.batch)
    scale = Scale("gpu", 10**6, work.batch, 0.5, 10**6, None, None)
    draws = seeding.generator(seed, "order"), seeding.generator(seed, "noise", device)
    training = Training(Updater(method), sampler, scale, *draws)
    return (said for said in training.steps() if isinstance(said, Wanted))


def rounds(work: Work, device: torch.device, size: int, *, graphs: bool) -> Iterator[int]:
    """Take a step of so many trials again and again; yield how many have been taken."""
    data = dataset(work)
    trials = [steps(work, data, device, seed) for seed in range(size)]
    stack: Stack | None = None
    while True:
        wanted = [next(each) for each in trials]
        if size > 1:
            stack = stack or Stack([each.updater for each in wanted], graphs=graphs)
            stack.step(wanted)
        yield size


def steps_a_second(
    work: Work, device: torch.device, size: int, seconds: float, *, graphs: bool = False
) -> float:
    """Return steps of trials a second in a stack, after some that warm up."""
    taking = rounds(work, device, size, graphs=graphs)
    for _ in range(SETTLED if graphs else 3):
        next(taking)
    _wait(device)
    began, taken = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        taken += sum(itertools.islice(taking, 5))
        _wait(device)
    return taken / (time.perf_counter() - began)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _process(told: "queue.Queue[float]", ready: Any, *how: Any) -> None:
    torch.set_num_threads(1)
    ready.wait()  # all begin together
    told.put(steps_a_second(*how))


def side_by_side(work: Work, device: torch.device, seconds: float) -> float:
    """Return steps a second of all the processes that share the device, of one trial each."""
    spawn = multiprocessing.get_context("spawn")
    told, ready = spawn.Queue(), spawn.Barrier(PROCESSES)
    how = told, ready, work, device, 1, seconds
    processes = [spawn.Process(target=_process, args=how) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise MemoryError(f"{PROCESSES} processes did not fit")
    rates: list[float] = [told.get() for _ in processes]
    return sum(rates)


def _cell(measure: Any, *arguments: Any, **options: Any) -> float | None:
    """Return a measurement; None where memory does not suffice."""
    try:
        found: float = measure(*arguments, **options)
    except (torch.OutOfMemoryError, MemoryError):
        found = None  # type: ignore[assignment]
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return found


def main() -> None:
    """Print trials an hour of each search space and scale."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stacked_gpu", description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="small scales, K of 1 and 4, 1 s")
    parser.add_argument("--no-processes", action="store_true", help="leave the 8 processes out")
    options = parser.parse_args()
    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        parser.error("torch sees no GPU here; --device cpu --quick tries the script itself")
    seconds, sizes = (1.0, SIZES[:2]) if options.quick else (options.seconds, SIZES)
    recorded = sizes[1:] if device.type == "cuda" else ()
    rows = []
    for work in WORK:
        if options.quick and work.scale == "paper":
            continue
        rates = [_cell(steps_a_second, work, device, size, seconds) for size in sizes]
        rates += [_cell(steps_a_second, work, device, k, seconds, graphs=True) for k in recorded]
        if not options.no_processes:
            rates.append(_cell(side_by_side, work, device, seconds))
        hours = [None if rate is None else 3600 * rate / work.steps for rate in rates]
        cells = ["no memory" if hour is None else f"{hour:.3g}" for hour in hours]
        rows.append((f"{work.space} {work.scale}", *cells))
        print("  ".join(rows[-1]), flush=True)
    others = () if options.no_processes else (f"{PROCESSES} processes",)
    graphs = (f"K = {size}, CUDA graph" for size in recorded)
    header = ("trials an hour", *(f"K = {size}" for size in sizes), *graphs, *others)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    print_table(f"Stacks on {name}, torch {torch.__version__}", header, rows)


if __name__ == "__main__":
    main()
