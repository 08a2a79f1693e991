"""What becomes of a run directory while hosts die: which trial was written when, and how often."""

import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

from harness.results import load
from tests.harness.execution.helpers.sweeps import scores

LOOK_EVERY_S = 0.1


@dataclass
class Outcome:
    """A line of the table of faults.

    Attributes:
        fault: what was done to the cluster.
        trials: how many were planned.
        lost: trials of the plan without a row at the end.
        twice: trials whose row was written more than once.
        begun_again: how often workers began a trial, beyond once each.
        pause_s: the longest time without a newly finished trial, from the fault on.
    """

    fault: str
    trials: int
    lost: int
    twice: int
    begun_again: int
    pause_s: float


class Ledger:
    """Looks at the rows of a run directory all the time, as a context."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._written: dict[str, list[float]] = {}
        self._seen: dict[str, tuple[int, int]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def finished(self) -> int:
        """How many trials have a row."""
        return len(self._written)

    def twice(self) -> int:
        """Return how many trials were written more than once."""
        return sum(len(times) > 1 for times in self._written.values())

    def longest_pause(self, since: float) -> float:
        """Return the longest time without a new row.

        Args:
            since: when the fault struck, by ``time.monotonic``.
        """
        firsts = sorted(times[0] for times in self._written.values())
        marks = [since, *(moment for moment in firsts if moment > since)]
        return max((b - a for a, b in pairwise(marks)), default=0.0)

    def _look(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self._note()
        self._note()

    def _note(self) -> None:
        for part in (self._run / "trials").glob("part-*.parquet"):
            try:
                found = part.stat()
            except FileNotFoundError:
                continue
            state = found.st_ino, found.st_mtime_ns
            if self._seen.get(part.name) != state:
                self._seen[part.name] = state
                self._written.setdefault(part.name, []).append(time.monotonic())


def lost(run: Path, control: Path) -> int:
    """Return how many planned trials have no row; fail where a row is not the control's.

    Args:
        run: what was disturbed.
        control: an undisturbed run of these trials, and perhaps of others.
    """
    here, there = load(run), load(control)
    assert here.problems == there.problems == []
    ids = here.trials["trial_id"]
    assert ids.is_unique
    ours, theirs = scores(here).set_index("trial_id"), scores(there).set_index("trial_id")
    assert ours.index.isin(theirs.index).all()
    assert ours.equals(theirs.loc[ours.index])
    theirs_too = there.curves[there.curves["trial_id"].isin(set(ids))]
    order = ["trial_id", "epoch", "split", "metric"]
    one, other = (
        curves.astype({"trial_id": str, "split": str, "metric": str})
        .sort_values(order)
        .reset_index(drop=True)
        for curves in (here.curves, theirs_too)
    )
    assert one.equals(other)
    return int(here.counts["missing"])
