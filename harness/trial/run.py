"""One trial: data, training, evaluation, and the record it leaves."""

import traceback
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from harness import seeding
from harness.config.schema import TrialConfig
from harness.data.batches.of_method import make_sampler
from harness.data.dataset import Dataset
from harness.errors import UserError
from harness.evaluation.scores import evaluate, scorable
from harness.heartbeat import beat
from harness.provenance import machine
from harness.results.records import TrialRecord
from harness.training.loop import Training, Updater, Wanted
from harness.trial.code import code_fingerprint
from harness.trial.device import device_name
from harness.trial.keeping import Checkpoints
from harness.trial.method import build_method
from harness.trial.scoring import evaluation_data, not_finite, score
from harness.trial.stopwatch import Stopwatch
from harness.trial.written import Written


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
    """Run one trial by itself, yielding after every epoch; return its record.

    It does what :func:`trial_in_steps` does, whose arguments it has.
    """
    return advances(
        trial_in_steps(
            trial,
            dataset,
            device,
            origin,
            keep=keep,
            checkpoints=checkpoints,
            limit_s=limit_s,
            hand_over=hand_over,
        )
    )


def advances(
    steps: Generator[Advance | Wanted, None, TrialRecord],
) -> Generator[Advance, None, TrialRecord]:
    """Let a trial take all its steps by itself, yielding after every epoch; return its record."""
    while True:
        try:
            said = next(steps)
        except StopIteration as finished:
            record: TrialRecord = finished.value
            return record
        if isinstance(said, Advance):
            yield said


def trial_in_steps(
    trial: TrialConfig,
    dataset: Dataset,
    device: torch.device,
    origin: dict[str, Any],
    *,
    keep: bool = False,
    checkpoints: Checkpoints | None = None,
    limit_s: float | None = None,
    hand_over: bool = False,
) -> Generator[Advance | Wanted, None, TrialRecord]:
    """Run one trial, yielding before every step and after every epoch; return its record.

    Whatever the trial raises is written into the record as ``failed``; only interruptions leave
    this function as exceptions.

    A step that nobody has taken when this goes on is taken here.

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
    record = _record(trial, dataset, device, origin)
    watch = Stopwatch()
    steps = 0
    try:
        for said in _train_and_score(
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
            if isinstance(said, Advance):
                steps = said.step
                record.times = watch.read(steps)
            yield said
    except (TrialLimitError, UserError) as error:  # they say what to do, not where in the code
        record.status = "failed"
        record.error = str(error)
    except Exception:
        record.status = "failed"
        record.error = traceback.format_exc()
    record.times = watch.read(steps)
    return record


def _record(
    trial: TrialConfig, dataset: Dataset, device: torch.device, origin: dict[str, Any]
) -> TrialRecord:
    """Return the record of a trial that has failed unless more is written into it."""
    return TrialRecord(
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
            "stack": 1,
            "stack_choice": None,
        },
    )


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
) -> Iterator[Advance | Wanted]:
    scale, seed = trial.scale, trial.seed
    held_out = evaluation_data(trial, dataset, device)
    training = _training(trial, held_out.dataset, device, record)
    updater, method = training.updater, training.updater.method
    along_training = scorable(method, trial.metrics, held_out.dataset)[:1]
    written = Written(checkpoints, training, trial, record, watch)
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
    for epoch in training.steps(after_step):
        watch.lap("train")
        if isinstance(epoch, Wanted):
            yield epoch
            watch.skip()
            watch.add("train", epoch.seconds)
            continue
        record.curves.add(epoch.number, epoch.step, "train", epoch.train)
        record.env["stack"] = updater.stacked
        reason, scores = epoch.diverged, {}
        if not reason and (epoch.number % scale.eval_every == 0 or epoch.number == scale.epochs):
            scores = evaluate(method, held_out, along_training, seed)
            record.curves.add(epoch.number, epoch.step, scale.scored_on, scores)
            reason = not_finite(scores, scale.scored_on)
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
        reason = score(method, held_out, trial, record, keep=keep)
    record.status, record.error = ("diverged", reason) if reason else ("ok", None)
    watch.lap("evaluate")


def _training(
    trial: TrialConfig, dataset: Dataset, device: torch.device, record: TrialRecord
) -> Training:
    """Return the training of a trial that has taken no step; note in its record what it trains."""
    beat("build the method")
    method, scale, seed = build_method(trial, dataset, device), trial.scale, trial.seed
    record.env |= {
        "dimensions": dataset.spec.n_pixels,
        "code_fingerprint": code_fingerprint(trial),
        "parameters": sum(each.numel() for each in method.parameters()),
    }
    sampler = make_sampler(method, dataset, device, scale.batch_size, shuffle=scale.shuffle)
    order, noise = seeding.generator(seed, "order"), seeding.generator(seed, "noise", device)
    return Training(Updater(method, scale.precision), sampler, scale, order, noise)
