"""The driver's reactions to what Tune reports of a trial."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ray import tune

from harness.errors import UserError
from harness.execution.progress import Progress, first_score
from harness.results import Curves, RunDirectory, Status, TrialRecord

COMPACT_EVERY = 500
"""Finished trials between two merges of their files; thousands of small files are slow to list."""

Ended = Callable[[str, Status, dict[str, float], Curves | None], None]
"""Receives a trial that ended: id, status, final metrics, and the curves of a pruned one."""


class SweepCallback(tune.Callback):
    """Feeds the progress display and the search, and writes what no worker writes any more.

    Args:
        run: where pruned trials are written.
        progress: the display.
        give_up: writes a trial whose workers keep dying.
        ended: receives how trials end; None where no search needs it.

    Attributes:
        error: why the sweep cannot go on. Tune ends when a callback raises, but with an error of
            its own that holds ours only as text.
    """

    def __init__(
        self,
        run: RunDirectory,
        progress: Progress,
        give_up: Callable[[str, int, str], None],
        ended: Ended | None = None,
    ) -> None:
        self.error: UserError | None = None
        self._run = run
        self._progress = progress
        self._give_up = give_up
        self._ended = ended or (lambda *_: None)

    # Tune calls by keyword; most of what it passes is of no use here.
    def on_trial_result(self, **event: Any) -> None:  # type: ignore[override]
        """Note progress; stop everything where a worker cannot write."""
        trial_id, result = event["trial"].config["trial_id"], event["result"]
        # Tune would keep them all.
        so_far, metrics = result.pop("so_far", None), result.pop("metrics", {})
        if not result["done"]:
            self._progress.advance(trial_id, result["share"])
            return
        with self.keeping_error():
            if "status" not in result:  # the scheduler's decision; the worker is not asked again
                self._prune(so_far, metrics)
                return
            if result["status"] == "unwritten":
                raise UserError(result["error"])
            self._progress.finish(trial_id, result["status"], result["seconds"], result["score"])
            self._ended(trial_id, result["status"], metrics, None)
            if self._progress.finished % COMPACT_EVERY == 0:
                self._run.compact()

    def _prune(self, so_far: TrialRecord, scores: dict[str, float]) -> None:
        record = dataclasses.replace(so_far, status="pruned")
        self._run.write(record)
        seconds, score = record.times["total"], first_score(scores)
        self._progress.finish(record.trial_id, "pruned", seconds, score)
        self._ended(record.trial_id, "pruned", {}, record.curves)

    def on_trial_error(self, **event: Any) -> None:  # type: ignore[override]
        """Give a trial up after its last retry."""
        trial = event["trial"]
        # Tune appends to this file at each failure; what its own accessor reads comes too late.
        last = Path(trial.error_file).read_text().rpartition("Failure #")[2].partition("\n")[2]
        with self.keeping_error():
            self._give_up(trial.config["trial_id"], trial.num_failures, last.strip())
            self._ended(trial.config["trial_id"], "failed", {}, None)

    @contextmanager
    def keeping_error(self) -> Iterator[None]:
        """Note a ``UserError`` on its way through Tune."""
        try:
            yield
        except UserError as error:
            self.error = error
            raise
