"""Trials of a sweep on their way from Tune's results to the trackers that ``log=`` names.

Ray's own ``TBXLoggerCallback``, ``MLflowLoggerCallback`` and ``WandbLoggerCallback`` log what Tune
knows, which here is not what a trial is: one of Tune's holds all seeds of a configuration where
trials are stopped early, its configuration is a list of our ids, and its result is what the driver
needs to know every few seconds, not the curve. They also raise, which ends the sweep, write into
Tune's folder, which is gone afterwards, or start two more actors a trial. So the workers send the
points of each trial under its own id, and this passes them on.
"""

from collections.abc import Mapping
from typing import Any

from ray import tune

from harness.results import Curves
from harness.tracking.live import LiveLog


class LogCallback(tune.Callback):
    """Passes on the points that come with Tune's results; before other callbacks see these.

    Args:
        log: receives them. How trials end it hears from ``SweepCallback``, which decides that.
    """

    def __init__(self, log: LiveLog) -> None:
        self._log = log

    def on_trial_result(self, **event: Any) -> None:  # type: ignore[override]
        """Pass on, and take out: Tune would keep them all."""
        points: Mapping[str, tuple[int, Curves]] = event["result"].pop("points", {})
        for trial_id, (first, curves) in points.items():
            self._log.points(trial_id, first, curves)
