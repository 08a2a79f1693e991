"""The driver's reactions to what Tune reports of a trial."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from ray import tune

from harness.errors import UserError
from harness.execution.ends.deaths import DIED, Deaths
from harness.execution.evaluations import LOST, Evaluations
from harness.execution.progress import Progress, first_score
from harness.execution.rungs import Judgement
from harness.execution.session.private import leave_out, node_died
from harness.heartbeat import HUNG
from harness.interruption import raise_if_interrupted
from harness.kept.best import BestModels
from harness.results import Curves, RunDirectory, Status, TrialRecord, load

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
        best: keeps the best models alone; None where all stay, or none.
        causes: tells why a worker died, of the sweep's other processes too.
        evaluations: of trials that workers have trained and do not evaluate.
        retries: how often a trial is started again whose worker died by itself. Tune retries for
            ever: it would count workers that died with their machine, too.

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
        best: BestModels | None = None,
        *,
        causes: Deaths,
        evaluations: Evaluations | None = None,
        retries: int = 0,
    ) -> None:
        self.error: UserError | None = None
        self._run = run
        self._progress = progress
        self._give_up = give_up
        self._ended = ended or (lambda *_: None)
        self._best = best
        self._evaluations = evaluations
        self._retries = retries
        self._deaths: dict[str, int] = {}
        self._noted = set[str]()
        self._causes = causes

    def on_step_begin(self, **_: Any) -> None:  # type: ignore[override]
        """Stop everything where an interruption has got lost, or another driver has taken over."""
        raise_if_interrupted()
        with self.keeping_error():
            self._run.require_held()
        self.note_evaluations()

    def note_evaluations(self, timeout_s: float = 0.0) -> int:
        """Note which evaluations have ended; return how many are left.

        Args:
            timeout_s: how long to wait for all.
        """
        if self._evaluations is None:
            return 0
        with self.keeping_error():
            restarted = self._progress.restarted
            for told, notes in self._evaluations.ended(restarted, timeout_s):
                for note in notes:
                    self._progress.say(note)
                if told["status"] == "lost" and told["trial_id"] in self._run.finished():
                    continue  # it was handed over twice, and the other has written it
                if told["status"] == "lost":
                    self._give_up(
                        told["trial_id"], told.get("attempts", 1), told.get("error", LOST)
                    )
                    self._ended(told["trial_id"], "failed", {}, None)
                else:
                    self._note_end(**told)
        return len(self._evaluations)

    # Tune calls by keyword; most of what it passes is of no use here.
    def on_trial_result(self, **event: Any) -> None:  # type: ignore[override]
        """Note progress; stop everything where a worker cannot write."""
        result = event["result"]
        # Tune would keep them all.
        judged: list[Judgement] = result.pop("judged", [])
        ended = result.pop("ended", [])
        for note in result.pop("notes", []):
            self._progress.say(note)
        with self.keeping_error():
            for each in ended:
                self._note_end(**each)
            for trial_id, share in result["shares"].items():
                self._progress.advance(trial_id, share)
            stopped = [each for each in judged if each.stopped]
            for each in stopped:
                for record, scores in zip(each.so_far, each.scores, strict=True):
                    self._prune(record, scores)
        if stopped and not result["done"]:
            leave_out(event["trial"], [trial_id for each in stopped for trial_id in each.going])

    def _note_end(
        self,
        trial_id: str,
        status: Any,
        *,
        seconds: float = 0.0,
        score: str = "",
        metrics: dict[str, float] | None = None,
        kept: bool = False,
        error: str = "",
    ) -> None:
        if status == "unwritten":
            raise UserError(error)
        if status == "trained":
            assert self._evaluations is not None
            self._evaluations.begin(trial_id)
            return
        if trial_id in self._noted:  # a retry after its worker died while it reported
            return
        self._noted.add(trial_id)
        score = first_score(metrics or {}, self._progress.objective) or score
        self._progress.finish(trial_id, status, seconds, score)
        self._ended(trial_id, status, metrics or {}, None)
        if kept and self._best:
            self._best.add(trial_id, metrics or {})
        if self._progress.finished % COMPACT_EVERY == 0:
            self._run.compact()

    def _prune(self, so_far: TrialRecord, scores: dict[str, float]) -> None:
        self._noted.add(so_far.trial_id)
        record = dataclasses.replace(so_far, status="pruned")
        self._run.write(record)
        self._run.end_checkpoint(record.trial_id)
        seconds, score = record.times["total"], first_score(scores, self._progress.objective)
        self._progress.finish(record.trial_id, "pruned", seconds, score)
        self._ended(record.trial_id, "pruned", {}, record.curves)

    def on_trial_recover(self, **event: Any) -> None:  # type: ignore[override]
        """Say that trials are started again whose worker has died, or give them up."""
        trial = event["trial"]
        reason = self._reason(trial)
        first, died = reason.partition("\n")[0], reason.startswith(DIED)
        if reason.startswith(HUNG):
            self._progress.say(first)
        if not node_died(reason):
            self._deaths[trial.trial_id] = self._deaths.get(trial.trial_id, 0) + 1
        if self._deaths.get(trial.trial_id, 0) > self._retries:
            self._give_up_all(trial, reason)
            # Tune runs it once more, with nothing to do; should even that fail, it has ended.
            trial.config["trial_ids"] = []
            trial.max_failures = trial.num_failures
            return
        ended = self._note_written(trial)
        trial.config["ended"] = sorted(ended)
        for trial_id in trial.config["trial_ids"]:
            if trial_id not in ended:
                self._progress.restarted(trial_id, first if died else "died")

    def on_trial_error(self, **event: Any) -> None:  # type: ignore[override]
        """Give trials up that Tune does not start again."""
        trial = event["trial"]
        self._give_up_all(trial, self._reason(trial))

    def _reason(self, trial: Any) -> str:
        """Return how the worker of a trial hung, or what it died of, in its first line."""
        with self.keeping_error():
            told = [self._run.take_hung(trial_id) for trial_id in trial.config["trial_ids"]]
        return next(filter(None, told), "") or self._causes.told(_last_error(trial))

    def _give_up_all(self, trial: Any, reason: str) -> None:
        ended = self._note_written(trial)
        with self.keeping_error():
            for trial_id in trial.config["trial_ids"]:
                if trial_id not in ended:
                    self._give_up(trial_id, self._deaths.get(trial.trial_id, 1), reason)
                    self._ended(trial_id, "failed", {}, None)

    def _note_written(self, trial: Any) -> set[str]:
        """Note the ends of a dead worker's trials that it wrote down and has not told of.

        Returns:
            the ids of all its trials that have ended.
        """
        with self.keeping_error():
            ended = self._run.finished().intersection(trial.config["trial_ids"])
            if untold := ended - self._noted:
                rows = load(self._run.location).trials
                for row in rows[rows["trial_id"].isin(untold)].to_dict("records"):
                    metrics = {
                        str(name).removeprefix("metric."): float(value)
                        for name, value in row.items()
                        if str(name).startswith("metric.") and pd.notna(value)
                    }
                    seconds = float(row["time.total"])
                    self._note_end(row["trial_id"], row["status"], seconds=seconds, metrics=metrics)
        return ended

    @contextmanager
    def keeping_error(self) -> Iterator[None]:
        """Note a ``UserError`` on its way through Tune."""
        try:
            yield
        except UserError as error:
            self.error = error
            raise


def _last_error(trial: Any) -> str:
    # Tune appends to this file at each failure; what its own accessor reads comes too late.
    text = Path(trial.error_file).read_text()
    return text.rpartition("Failure #")[2].partition("\n")[2].strip()
