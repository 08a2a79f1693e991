"""The seconds that a trial spends on each of its activities."""

import time

TIME_COLUMNS = ("total", "setup", "train", "evaluate", "step")
"""Names of the ``time.*`` columns: seconds, ``step`` those of a mean training step."""


class Stopwatch:
    """Seconds spent on each activity of a trial."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(TIME_COLUMNS, 0.0)
        self.seconds["step"] = float("nan")
        self._start = self._last = time.perf_counter()

    def lap(self, activity: str) -> None:
        """Count the time since the last lap as ``activity``."""
        now = time.perf_counter()
        self.seconds[activity] += now - self._last
        self._last = now

    def skip(self) -> None:
        """Leave out the time since the last lap, which the caller spent."""
        now = time.perf_counter()
        self._start += now - self._last
        self._last = now

    def add(self, activity: str, seconds: float) -> None:
        """Count seconds that were spent elsewhere: the trial's share of what several spent."""
        self.seconds[activity] += seconds
        self._start -= seconds

    def elapsed(self) -> float:
        """Return the seconds of the trial so far."""
        return time.perf_counter() - self._start

    def go_on(self, seconds: dict[str, float]) -> None:
        """Add the seconds of a trial until it was interrupted."""
        for activity in ("setup", "train", "evaluate"):
            self.seconds[activity] += seconds[activity]
        self.seconds["step"] = seconds["step"]  # of one that is trained no later step is read
        self._start -= seconds["total"]

    def read(self, steps: int) -> dict[str, float]:
        """Return the seconds of every activity so far, after ``steps`` training steps."""
        self.seconds["total"] = time.perf_counter() - self._start
        if steps:
            self.seconds["step"] = self.seconds["train"] / steps
        return self.seconds
