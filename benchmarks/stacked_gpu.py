"""Trials an hour on a GPU: in stacks, by CUDA graphs, one by one, and in 8 processes at once.

Beside them stands the step as one pure function that is mapped over the trials, as in JAX, always
of the same inputs: what remains to be won. ``/ 1`` is beside one process that trains one trial.

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
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from benchmarks.gpu_work import WORK, Work, dataset, steps
from benchmarks.tables import print_table
from benchmarks.whole_step import begin, mapped
from harness.training.recorded import SETTLED
from harness.training.stacked import Stack

SIZES = (1, 4, 16, 64)
HOW = ("stack", "as CUDA graph", "pure function")

PROCESSES = 8
"""Processes that share the GPU, of one trial each."""


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


def whole_steps_a_second(work: Work, device: torch.device, size: int, seconds: float) -> float:
    """Return steps of trials a second as one pure function, of the same inputs again and again."""
    data = dataset(work)
    wanted = [next(steps(work, data, device, seed)) for seed in range(size)]
    updaters = [each.updater for each in wanted]
    state, given = begin(updaters), Stack(updaters).given(wanted)
    dues = [tuple(updaters[0].due(step, wanted[0].values)) for step in range(60)]
    functions = {due: mapped(updaters, due) for due in set(dues)}
    for step in functions.values():  # which warms up
        state, _ = step(state, given)
    _wait(device)
    began, taken = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        state, _ = functions[dues[taken % len(dues)]](state, given)
        taken += 1
        _wait(device)
    return size * taken / (time.perf_counter() - began)


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
    rows: list[tuple[str, ...]] = []
    for work in WORK:
        if options.quick and work.scale == "paper":
            continue
        rows += _rows(work, device, sizes, seconds, processes=not options.no_processes)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    header = ("trials an hour", "K", *(f"{how}{each}" for how in HOW for each in ("", " / 1")))
    print_table(f"Stacks on {name}, torch {torch.__version__}", header, rows)


def _rows(
    work: Work, device: torch.device, sizes: Sequence[int], seconds: float, *, processes: bool
) -> list[tuple[str, ...]]:
    """Return a row for each size, and one for processes side by side; print each when it is had."""
    what, rows, alone = f"{work.space} {work.scale}", list[tuple[str, ...]](), None
    for size in sizes:
        rates = [_cell(steps_a_second, work, device, size, seconds)]
        alone = rates[0] if size == 1 else alone
        graphs = size > 1 and device.type == "cuda"
        rates += [
            _cell(steps_a_second, work, device, size, seconds, graphs=True) if graphs else None,
            _cell(whole_steps_a_second, work, device, size, seconds),
        ]
        rows.append((what, f"{size}", *_cells(work, rates, alone)))
        print("  ".join(rows[-1]), flush=True)
    if processes:
        rates = [_cell(side_by_side, work, device, seconds), None, None]
        rows.append((what, f"{PROCESSES} processes", *_cells(work, rates, alone)))
        print("  ".join(rows[-1]), flush=True)
    return rows


def _cells(work: Work, rates: Sequence[float | None], alone: float | None) -> list[str]:
    """Return trials an hour, and how many times those of one process, of each way."""
    cells = []
    for rate in rates:
        cells.append("-" if rate is None else f"{3600 * rate / work.steps:.3g}")
        cells.append("-" if rate is None or not alone else f"{rate / alone:.2f}")
    return cells


if __name__ == "__main__":
    main()
