"""What the driver of a long sweep keeps in memory, and what each trial costs it."""

import json
import statistics
import subprocess
import sys
import tempfile

from benchmarks.runs import SAMPLE_EVERY, SLOTS, run
from benchmarks.sweeps import TRIVIAL
from benchmarks.tables import Measured, print_table

MOST_S = 0.02
"""Wall time a trial may cost beyond its training and evaluation."""

MOST_KB = 5.0
"""Memory that the driver may keep of a trial that ended: its id and its label, no more."""

WORKERS = 1_000
"""Workers of a large cluster; here one process answers for all of them."""

WARM = 2
"""Samples before the memory counts as that of a sweep under way: 250 trials."""


def measure(quick: bool) -> list[Measured]:
    """Print the driver's memory and processor time along a sweep of trivial trials."""
    n = 1_000 if quick else 5_000
    done = run("unbraid", [*TRIVIAL, "keep=none", f"seeds={n}"])
    counts = [1, *range(SAMPLE_EVERY, n + 1, SAMPLE_EVERY)]
    work = statistics.fmean(done.work) / SLOTS
    rows = []
    for i, (count, (resident, cpu)) in enumerate(zip(counts, done.driver, strict=True)):
        since = max(i - 1, 0)
        trials = count - counts[since]
        if not trials:
            rows.append((f"{count:,}", f"{resident:.0f}", "", ""))
            continue
        wall = done.finishes[count - 1] - done.finishes[counts[since] - 1]
        shares = wall / trials - work, (cpu - done.driver[since][1]) / trials
        rows.append((f"{count:,}", f"{resident:.0f}", *(f"{1e3 * share:.1f}" for share in shares)))
    print_table(
        f"l. The driver of {n:,} trivial trials, {SLOTS} at a time (work: {1e3 * work:.1f} ms)",
        (
            "after trials",
            "resident MB",
            "ms a trial beyond its work",
            "of it driver",
        ),
        rows,
    )
    first, last = done.driver[0], done.driver[-1]
    half = len(counts) // 2
    kept, kept_late = (
        1024 * (last[0] - done.driver[i][0]) / (counts[-1] - counts[i]) for i in (WARM, half)
    )
    beyond = (done.finishes[-1] - done.finishes[0]) / (n - 1) - work
    return [
        Measured("l. resident memory at the first trial's end", first[0], "MB"),
        Measured(f"l. the same after {n:,} trials", last[0], "MB"),
        Measured(f"l. memory kept of a trial, from {counts[WARM]:,} on", kept, "KB"),
        Measured(f"l. the same from {counts[half]:,} on", kept_late, "KB", MOST_KB),
        Measured("l. a trial beyond its work", beyond, "s", MOST_S),
        Measured("l. driver's processor time a trial", (last[1] - first[1]) / (n - 1), "s"),
    ]


def measure_fake_workers(quick: bool) -> list[Measured]:
    """Print what more trials, and more workers, make of the driver's cost of a trial."""
    sizes = [(1_000, SLOTS), (1_000, WORKERS), (5_000 if quick else 20_000, WORKERS)]
    rows, measured = [], []
    for n, workers in sizes:
        done = _with_fake_workers(n, workers)
        seconds, resident = done["seconds"], done["resident"]
        per_trial = 1e3 * (seconds[-1] - seconds[0]) / (n - 1)
        planning = 1e3 * sum(done["plan"]) / n
        most = max(done["alive"])
        cells = (f"{planning:.2f}", f"{per_trial:.1f}", f"{resident[0]:.0f}", f"{resident[-1]:.0f}")
        rows.append((f"{n:,}", f"{workers:,}", *cells, f"{most:,}"))
        what = f"m. driver's processor time a trial, {n:,} trials, {workers:,} workers"
        measured.append(Measured(what, per_trial, "ms"))
    print_table(
        "m. The driver alone, with workers that answer at once; processor time",
        (
            "trials",
            "workers",
            "plan ms",
            "ms a trial",
            "MB at first",
            "MB at last",
            "Tune's trials",
        ),
        rows,
    )
    return measured


def _with_fake_workers(n: int, workers: int) -> dict[str, list[float]]:
    module = "tests.harness.execution.helpers.fake_workers"
    with tempfile.TemporaryDirectory(prefix="unbraid-bench-") as folder:
        command = [sys.executable, "-m", module, str(n), str(workers), f"{folder}/run"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, list[float]] = json.loads(done.stdout)
    return measured
