"""How long a command takes that does next to nothing: what its imports cost."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.tables import Measured, print_table
from harness.commands.running.run_directory import planned
from harness.config.sweep import resolve
from harness.execution.cost.known_times import FILE

DRY_RUN, DRY_RUN_OF_PAIRS = "unbraid sweep, dry run", "unbraid sweep of pairs, dry run"
TARGETS = {"unbraid list methods": 0.5, DRY_RUN: 1.5, DRY_RUN_OF_PAIRS: 1.5}
"""Seconds. A dry run whose kinds of trial were never timed first trains a few steps of each."""

FIRST = ", first of its kind"
"""Ends the name of a command before which the times of earlier dry runs are forgotten."""

PAIRS = "space=rodi_ablation", "scale=smoke"


def measure(quick: bool) -> list[Measured]:
    """Print the wall time of small commands, beside an interpreter that does nothing."""
    with tempfile.TemporaryDirectory(prefix="unbraid-bench-") as folder:
        arguments = ["space=vitae_stability", f"run_dir={folder}/run"]
        with planned(resolve(arguments), arguments):
            pass
        times = Path(folder) / FILE
        unbraid = "-m", "harness"
        commands = {
            "python, nothing": ("-c", "pass"),
            "import torch": ("-c", "import torch"),
            "unbraid --help": (*unbraid, "--help"),
            "unbraid list methods": (*unbraid, "list", "methods"),
            "unbraid list datasets": (*unbraid, "list", "datasets"),
            "unbraid status": (*unbraid, "status", f"{folder}/run"),
            DRY_RUN + FIRST: (dry_run := (*unbraid, "sweep", *arguments, "dry_run=true")),
            DRY_RUN: dry_run,
            DRY_RUN_OF_PAIRS + FIRST: (pairs := (*unbraid, "sweep", *PAIRS, "dry_run=true")),
            DRY_RUN_OF_PAIRS: pairs,
        }
        environment = {**os.environ, "UNBRAID_CACHE": folder}
        subprocess.run([sys.executable, *pairs], check=True, capture_output=True, env=environment)
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(2 if quick else 7):
            for name, command in commands.items():
                if name.endswith(FIRST):
                    times.unlink(missing_ok=True)
                start = time.perf_counter()
                done = subprocess.run(
                    [sys.executable, *command], check=False, capture_output=True, env=environment
                )
                seconds[name].append(time.perf_counter() - start)
                if done.returncode > 1:  # 1: `status` of a sweep that has not ended
                    raise RuntimeError(done.stderr.decode())
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    rows = [(name, f"{seconds:.2f}") for name, seconds in medians.items()]
    print_table("f. Seconds of small commands", ("", "seconds"), rows)
    return [
        Measured(f"f. {name}", seconds, "s", TARGETS.get(name))
        for name, seconds in medians.items()
        if name.startswith("unbraid")
    ]
