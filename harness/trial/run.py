"""One trial: data, training, evaluation, and the record it leaves."""

import math
import time
import traceback
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from harness import seeding
from harness.config.schema import TrialConfig
from harness.data.dataset import Dataset
from harness.data.sampler import make_sampler
from harness.data.validation import with_validation
from harness.errors import UserError
from harness.evaluation.artifacts import arrays_of
from harness.evaluation.scores import evaluate, scorable
from harness.heartbeat import beat
from harness.metrics.data import EvaluationData, images_at_once
from harness.provenance import machine
from harness.results.records import TrialRecord
from harness.training.loop import Training, Updater
from harness.trial.code import code_fingerprint
from harness.trial.device import device_name
from harness.trial.keeping import Checkpoints
from harness.trial.method import as_asked, build_method
from harness.trial.weights import encode_model
from models.method import Method

TIME_COLUMNS = ("total", "setup", "train", "evaluate", "step")
"""Names of the ``time.*`` columns: seconds, ``step`` those of a mean training step."""


@dataclass(frozen=True)
class Advance:
    """The progress of a trial after an epoch.

    Attributes:
        share: finished share of the training, in (0, 1].
        epoch: counted from 1.
        step: training steps so far.
        train: epoch means by name.
        test: scores on the test split; empty in epochs that are not evaluated.
        so_far: the record as it stands; the trial goes on writing into it.
        trained: whether nothing is left but the final evaluation, which another process may do from
            the checkpoint that has just been written.
    """

    share: float
    epoch: int
    step: int
    train: dict[str, float]
    test: dict[str, float]
    so_far: TrialRecord
    trained: bool = False


class TrialLimitError(Exception):
    """A trial has taken longer than it may."""


class Stopwatch:
    """Seconds spent on each activity of a trial."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(TIME_COLUMNS, 0.0)
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

    def elapsed(self) -> float:
        """Return the seconds of the trial so far."""
        return time.perf_counter() - self._start

    def go_on(self, seconds: dict[str, float]) -> None:
        """Add the seconds of a trial until it was interrupted."""
        for activity in ("setup", "train", "evaluate"):
            self.seconds[activity] += seconds[activity]
        self._start -= seconds["total"]

    def read(self, steps: int) -> dict[str, float]:
        """Return the seconds of every activity so far, after ``steps`` training steps."""
        self.seconds["total"] = time.perf_counter() - self._start
        self.seconds["step"] = self.seconds["train"] / steps if steps else float("nan")
        return self.seconds


def run_trial(
    trial: TrialConfig,
    dataset: Dataset,
    device: torch.device,
    origin: dict[str, Any],
    *,
    keep: bool = False,
    checkpoints: Checkpoints | None = None,
    limit_s: float | None = None,
    hand_over: bool = False,
) -> Generator[Advance, None, TrialRecord]:
    """Run one trial, yielding after every epoch; return its record.

    Whatever the trial raises is written into the record as ``failed``; only interruptions leave
    this function as exceptions.

    Args:
        trial: what to run.
        dataset: the trial's dataset, before the scale's limits.
        device: where it trains.
        origin: entries of ``env.*`` that the driver knows (git commit, data root).
        keep: put the trained method into the record of a trial that ends well.
        checkpoints: from where the trial goes on, and where it is written down; None for neither.
            Who writes the record ends them.
        limit_s: seconds of the trial after which it fails between two steps; None for no limit.
            Its curve stays, and a final evaluation that has begun goes on to its end.
        hand_over: yield once more when it is trained and written down, before the final evaluation.
    """
    record = TrialRecord(
        trial_id=trial.trial_id,
        status="failed",
        method=trial.method,
        dataset=dataset.name,
        data_source=dataset.source,
        seed=trial.seed,
        params=trial.params(),
        env={
            **machine(),
            **origin,
            "device": device_name(device),
            "threads": torch.get_num_threads(),
            "arrays": 0,
            "unscored": None,
        },
    )
    watch = Stopwatch()
    steps = 0
    try:
        for advance in _train_and_score(
            trial,
            dataset,
            device,
            record,
            watch,
            checkpoints=checkpoints,
            keep=keep,
            limit_s=limit_s,
            hand_over=hand_over,
        ):
            steps = advance.step
            record.times = watch.read(steps)
            yield advance
    except TrialLimitError as error:
        record.error = str(error)
    except UserError as error:  # it says what to do, and not where in the code
        record.status = "failed"
        record.error = str(error)
    except Exception:
        record.status = "failed"
        record.error = traceback.format_exc()
    record.times = watch.read(steps)
    return record


def _train_and_score(
    trial: TrialConfig,
    dataset: Dataset,
    device: torch.device,
    record: TrialRecord,
    watch: Stopwatch,
    *,
    checkpoints: Checkpoints | None,
    keep: bool,
    limit_s: float | None,
    hand_over: bool,
) -> Iterator[Advance]:
    scale, seed = trial.scale, trial.seed
    held_out = evaluation_data(trial, dataset, device)
    dataset = held_out.dataset
    beat("build the method")
    method = build_method(trial, dataset, device)
    record.env["dimensions"] = dataset.spec.n_pixels
    record.env["code_fingerprint"] = code_fingerprint(trial)
    record.env["parameters"] = sum(each.numel() for each in method.parameters())
    updater = Updater(method)
    sampler = make_sampler(method, dataset, device, scale.batch_size)
    along_training = scorable(method, trial.metrics, dataset)[:1]
    order, noise = seeding.generator(seed, "order"), seeding.generator(seed, "noise", device)
    training = Training(updater, sampler, scale, order, noise)
    written = _Written(checkpoints, training, trial, record, watch)
    watch.lap("setup")

    def after_step() -> None:
        beat(f"step {updater.steps}, in epoch {training.epoch}")
        if limit_s and watch.elapsed() > limit_s:
            raise TrialLimitError(f"It still trained after {limit_s:g} s (ray.trial_limit_s).")
        if checkpoints and checkpoints.is_due():
            watch.lap("train")
            written.again()

    reason: str | None = None
    scores: dict[str, float]
    for epoch in training.epochs(after_step):
        watch.lap("train")
        record.curves.add(epoch.number, epoch.step, "train", epoch.train)
        reason, scores = epoch.diverged, {}
        if not reason and (epoch.number % scale.eval_every == 0 or epoch.number == scale.epochs):
            scores = evaluate(method, held_out, along_training, seed)
            record.curves.add(epoch.number, epoch.step, scale.scored_on, scores)
            reason = _not_finite(scores, scale.scored_on)
            watch.lap("evaluate")
        share = epoch.number / scale.epochs
        beat(f"step {epoch.step}, the last of epoch {epoch.number}")
        yield Advance(share, epoch.number, epoch.step, epoch.train, scores, record)
        watch.skip()
        if reason:
            break
    if hand_over and not reason and (written.trained or written.again()):
        yield Advance(1.0, scale.epochs, updater.steps, {}, {}, record, trained=True)
    if not reason:
        reason = _score(method, held_out, trial, record, keep=keep)
    record.status, record.error = ("diverged", reason) if reason else ("ok", None)
    watch.lap("evaluate")


class _Written:
    """A trial's checkpoint: it goes on from the one that is there, and is written down again.

    Attributes:
        trained: whether the one that was there is of the whole training.
    """

    def __init__(
        self,
        checkpoints: Checkpoints | None,
        training: Training,
        trial: TrialConfig,
        record: TrialRecord,
        watch: Stopwatch,
    ) -> None:
        self._checkpoints, self._training, self._trial = checkpoints, training, trial
        self._record, self._watch = record, watch
        self._content = record.env.get("data_fingerprint")
        past = checkpoints.restored(training, trial, self._content) if checkpoints else None
        self.trained = past is not None and past.trained
        if past:
            record.curves = past.curves
            watch.go_on(past.seconds)
        if past and past.trained:
            record.env["device"] = past.device

    def again(self) -> bool:
        """Write it down as it stands; return whether it is."""
        if self._checkpoints is None:
            return False
        beat("write a checkpoint")
        curves, seconds = self._record.curves, self._watch.read(self._training.updater.steps)
        written = self._checkpoints.write(
            self._training, self._trial, self._content, curves, seconds
        )
        self._watch.skip()
        return written


def _score(
    method: Method, data: EvaluationData, trial: TrialConfig, record: TrialRecord, *, keep: bool
) -> str | None:
    """Put what a trained method is worth into the record; return what of it is not finite."""
    final = evaluate(method, data, trial.metrics, trial.seed)
    record.metrics, record.env["unscored"] = dict(final), final.why_not
    reason = _not_finite(record.metrics, trial.scale.scored_on)
    beat("make the arrays for figures")
    record.arrays = arrays_of(method, data, trial.seed)
    record.env["arrays"] = len(record.arrays)
    record.model = encode_model(method, trial) if keep and not reason else None
    return reason


def evaluation_data(trial: TrialConfig, dataset: Dataset, device: torch.device) -> EvaluationData:
    """Return what a trial's method is scored on: its dataset within the scale's limits."""
    scale, dataset = trial.scale, as_asked(trial, dataset)
    if scale.scored_on == "validation":
        dataset = with_validation(dataset, scale.train_limit, scale.test_limit)
    used = dataset.limited(scale.train_limit, scale.test_limit)
    return EvaluationData(used, device, scale.batch_size, scale.budget, images_at_once(used))


def _not_finite(scores: dict[str, float], split: str) -> str | None:
    bad = [f"{key} is {value}" for key, value in scores.items() if not math.isfinite(value)]
    return f"on the {split} split {', '.join(bad)}" if bad else None
