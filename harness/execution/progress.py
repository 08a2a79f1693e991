"""Progress of a sweep in the terminal: a line for each finished trial, and the time left."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TextIO

from harness.config.schema import TrialConfig
from harness.durations import duration

MANY = 100
"""Of more trials than this, those that went well share a line if they end within ``QUIET_S``."""

QUIET_S = 1.0
"""Fewest seconds between two lines about such trials."""

PACED_S = 1.0
"""Fewest seconds of work from which the time left is estimated."""

HEARTBEAT_S = 30.0
"""With long trials, the most seconds between two lines."""


@dataclass
class Progress:
    """Counts what is done and says how long the rest will take.

    Attributes:
        planned: trials of the whole plan.
        already: trials that an earlier session finished.
        labels: what to call each trial, by id; a search adds those it suggests.
        out: where lines go; None for whatever standard output is then: that of a notebook cannot
            be pickled, as Tune does with its callbacks.
        objective: the metric that a search is after, which lines show; "" for the first metric.
    """

    planned: int
    already: int
    labels: dict[str, str]
    out: TextIO | None = None
    objective: str = ""
    statuses: dict[str, int] = field(default_factory=dict)
    _shares: dict[str, float] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _pace_since: tuple[float, float] | None = None
    """When the first trial was heard of, and how much of the work was done then."""
    _last_printed: float = field(default_factory=time.monotonic)
    _n_unprinted: int = 0

    @property
    def finished(self) -> int:
        """Trials finished in this session."""
        return sum(self.statuses.values())

    def advance(self, trial_id: str, share: float) -> None:
        """Note the finished share of a running trial."""
        if trial_id in self._ended:  # a retry, see finish
            return
        self._pace_since = self._pace_since or (time.monotonic(), share)
        self._shares[trial_id] = share
        if time.monotonic() - self._last_printed > HEARTBEAT_S:
            running = ", ".join(f"{share:.0%}" for share in self._shares.values())
            self._say_with_counts(f"running: {running}")

    def finish(self, trial_id: str, status: str, seconds: float, score: str = "") -> None:
        """Note a finished trial and say so, unless many finish within a second.

        Args:
            trial_id: which.
            status: how it ended.
            seconds: how long it took.
            score: a metric of it in words (see ``first_score``).
        """
        if trial_id in self._ended:  # a retry after the worker died between writing and reporting
            return
        self._pace_since = self._pace_since or (time.monotonic() - seconds, 0.0)
        self._ended.add(trial_id)
        self._shares.pop(trial_id, None)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        last = self.already + self.finished == self.planned
        quiet = self.planned > MANY and time.monotonic() - self._last_printed < QUIET_S
        if status == "ok" and quiet and not last:
            self._n_unprinted += 1
            return
        score = f"  {score}" if score else ""
        more = f"  (+{self._n_unprinted} more)" if self._n_unprinted else ""
        self._n_unprinted = 0
        self._say_with_counts(f"{status:<8} {self.labels[trial_id]}{score}  {seconds:.1f} s{more}")

    def restarted(self, trial_id: str, how: str = "died") -> None:
        """Note that a trial's worker has died, and how, and the trial is started again."""
        self._shares.pop(trial_id, None)
        self.say(f"a worker {how}; started again: {self.labels[trial_id]}")

    def say(self, text: str) -> None:
        """Print a line."""
        print(text, file=self.out, flush=True)

    def seconds_left(self) -> float | None:
        """Return the estimated seconds to the end, None before anything is known.

        The pace is that since the first trial was heard of: until then, workers are being started.
        """
        if self._pace_since is None:
            return None
        since, done_before = self._pace_since
        elapsed = time.monotonic() - since
        done = self.finished + sum(self._shares.values())
        if elapsed < PACED_S or done <= done_before:
            return None
        rest = self.planned - self.already - done
        return elapsed * rest / (done - done_before)

    def _say_with_counts(self, text: str) -> None:
        self._last_printed = time.monotonic()
        left = self.seconds_left()
        eta = f"  {duration(max(1, round(left)))} left" if left else ""
        width = len(str(self.planned))
        self.say(f"[{self.already + self.finished:>{width}}/{self.planned}] {text}{eta}")


def first_score(metrics: dict[str, float], objective: str = "") -> str:
    """Return a metric of a trial as a line shows it; nothing if it has none.

    Args:
        metrics: its metrics in the sweep's order.
        objective: the one that a search is after; the first where there is no such metric.
    """
    name = objective if objective in metrics else next(iter(metrics), "")
    return f"{name} {metrics[name]:>#9.5g}" if name else ""


def label(trial: TrialConfig, swept: Iterable[str]) -> str:
    """Return a short name for a trial: its method, what is swept, and its seed."""
    params, swept = trial.params(), list(swept)
    groups = {"dataset": trial.dataset.name, "scale": trial.scale.name}
    chosen = [name for group, name in groups.items() if group in swept]
    values = [
        f"{path.rpartition('.')[2]}={_short(params[path])}"
        for path in swept
        if "." in path and path in params
    ]
    return " ".join([trial.method, *chosen, *values, f"seed={trial.seed}"])


def _short(value: Any) -> str:
    """Return a value as a line shows it: a searched one has all the digits of a float."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
