"""What the driver does when Tune reports of a trial."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ray import tune

from harness.errors import UserError
from harness.execution.progress import Progress
from harness.results import RunDirectory

COMPACT_EVERY = 500
"""Finished trials between two merges of their files; thousands of small files are slow to list."""


class SweepCallback(tune.Callback):
    """Feeds the progress display, and writes down trials whose workers keep dying.

    Attributes:
        error: why nothing can be written any more. Tune ends when a callback raises, but with an
            error of its own that holds ours only as text.
    """

    def __init__(
        self, run: RunDirectory, progress: Progress, give_up: Callable[[int, int, str], None]
    ) -> None:
        self.error: UserError | None = None
        self._run = run
        self._progress = progress
        self._give_up = give_up

    # Tune calls by keyword; most of what it passes is of no use here.
    def on_trial_result(self, **event: Any) -> None:  # type: ignore[override]
        """Note progress; stop everything where a worker cannot write."""
        position, result = event["trial"].config["position"], event["result"]
        if not result["done"]:
            self._progress.advance(position, result["share"])
            return
        with self._keeping_error():
            if result["status"] == "unwritten":
                raise UserError(result["error"])
            self._progress.finish(position, result["status"], result["seconds"], result["score"])
            if self._progress.finished % COMPACT_EVERY == 0:
                self._run.compact()

    def on_trial_error(self, **event: Any) -> None:  # type: ignore[override]
        """Give a trial up after its last retry."""
        trial = event["trial"]
        # Tune appends to this file at each failure; what its own accessor reads comes too late.
        last = Path(trial.error_file).read_text().rpartition("Failure #")[2].partition("\n")[2]
        with self._keeping_error():
            self._give_up(trial.config["position"], trial.num_failures, last.strip())

    @contextmanager
    def _keeping_error(self) -> Iterator[None]:
        try:
            yield
        except UserError as error:
            self.error = error
            raise
