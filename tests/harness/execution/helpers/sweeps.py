"""Commands as users run them: the real command line, in processes that a test may kill.

Ray's processes may outlive a killed driver. Each command therefore remembers its descendants while
it runs, and ``Command.end`` kills those by the ids that it remembers.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil

from harness.results import Results, load

ROOT = Path(__file__).parents[4]
PATIENCE_S = 600
"""When to call a command hung; a sweep takes 10 s on two free cores, and minutes on busy ones."""
LOOK_EVERY_S = 0.4
"""How often to note a command's processes: it takes a hundredth of a second each time."""

SWEEP = (
    *("sweep", "method=vae", "dataset=digits", "method.lr=choice(1e-4,3e-4,1e-3,3e-3)", "seeds=4"),
    *("scale=smoke", "scale.epochs=8", "ray.num_cpus=2"),
)
"""16 trials of about half a second each."""
TRIALS = 16


class Command:
    """One run of ``unbraid`` in a process group of its own, as a terminal would start it."""

    def __init__(self, *arguments: object, log: Path, cwd: Path, **environment: str) -> None:
        self.family: set[psutil.Process] = set()
        self.workers_seen: set[psutil.Process] = set()
        self._looked = 0.0
        self._out, self._err = log.with_suffix(".out"), log.with_suffix(".err")
        # Files, because processes that outlive the command would keep a pipe open.
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = psutil.Popen(
                [sys.executable, "-m", "harness", *map(str, arguments)],
                cwd=cwd,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def out(self) -> str:
        """What it has printed."""
        return self._out.read_text()

    @property
    def err(self) -> str:
        """What it has printed as errors."""
        return self._err.read_text()

    def workers(self) -> list[psutil.Process]:
        """Return its processes that run trials now; they give themselves that name."""
        return [process for process in self._look() if is_worker(process)]

    def until(self, reached: Callable[[], object]) -> None:
        """Wait for something to be true while the command runs."""
        deadline = time.monotonic() + PATIENCE_S
        while not reached():
            assert self.process.poll() is None or reached(), (
                f"ended too early:\n{self.out}\n{self.err}"
            )
            self._pause(deadline)

    def wait(self, patience: float = PATIENCE_S) -> int:
        """Return the exit code."""
        deadline = time.monotonic() + patience
        while self.process.poll() is None:
            self._pause(deadline)
        return int(self.process.returncode)

    def kill(self, number: int) -> int:
        """Send a signal as its senders do, Ctrl-C to the whole group; return the exit code."""
        self._look()
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.wait()

    def end(self) -> None:
        """Kill what is left of it."""
        if self.process.poll() is None:
            self._look()
            self.process.kill()
            self.process.wait()
        left = [process for process in self.family if process.is_running()]
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=10)

    def _pause(self, deadline: float) -> None:
        assert time.monotonic() < deadline, f"hangs:\n{self.out}\n{self.err}"
        if time.monotonic() - self._looked > LOOK_EVERY_S:
            self.workers_seen.update(self.workers())
        time.sleep(0.05)

    def _look(self) -> list[psutil.Process]:
        self._looked = time.monotonic()
        try:
            found: list[psutil.Process] = self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            found = []
        self.family.update(found)
        return found


def is_worker(process: psutil.Process) -> bool:
    """Say whether a process runs a trial now; it gives itself that name."""
    try:
        return "Trainable" in process.name()
    except psutil.NoSuchProcess:
        return False


def finished(run: Path) -> set[str]:
    """Return the ids of the trials whose rows are in a run directory."""
    return {part.stem.removeprefix("part-") for part in (run / "trials").glob("part-*.parquet")}


def parts(run: Path) -> dict[str, tuple[int, bytes]]:
    """Return time of change and content of every file of the finished trials."""
    kinds = ("trials/part-{}.parquet", "curves/part-{}.parquet", "artifacts/{}.npz")
    files = [run / kind.format(trial) for trial in finished(run) for kind in kinds]
    return {
        str(file.relative_to(run)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in files
        if file.exists()  # a failed trial has no pictures
    }


def same_results(run: Path, control: Path, further: int = 0) -> None:
    """Fail unless two runs hold the same trials with bit-identical metrics and curves.

    Args:
        run: a run directory.
        control: another one.
        further: how many trials the first holds beyond those of the second.
    """
    first, second = load(run), load(control)
    assert first.problems == second.problems == []
    assert first.counts["missing"] == second.counts["missing"] == 0
    assert len(first.trials) == len(second.trials) + further
    for mine, its in ((scores(first), scores(second)), (first.curves, second.curves)):
        common = mine[mine["trial_id"].isin(second.trials["trial_id"])].reset_index(drop=True)
        one, other = (frame.astype({"trial_id": str}) for frame in (common, its))
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def scores(results: Results) -> pd.DataFrame:
    """Return what of the rows must not depend on how a sweep went."""
    return results.trials.filter(regex=r"^(trial_id|status|seed|error|(param|metric)\..*)$")
