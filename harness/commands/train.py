"""``unbraid train``: one trial in this process, through the same code as a sweep's."""

import argparse
import dataclasses
import sys
import time
from collections.abc import Sequence
from contextlib import closing

from harness.commands.running import preview, run_missing
from harness.commands.running.run_directory import planned
from harness.config.schema import Settings, TrialConfig
from harness.config.sweep import Sweep, resolve
from harness.data.dataset import Dataset
from harness.data.fingerprint import fingerprint
from harness.durations import duration
from harness.errors import UserError
from harness.execution.live_log import open_log
from harness.heartbeat import Watchdog
from harness.results import TrialRecord
from harness.tracking.live import LiveLog
from harness.trial.device import pick_device
from harness.trial.keeping import Checkpoints
from harness.trial.process import prepare_process
from harness.trial.run import Advance, run_trial
from harness.trial.scoring import evaluation_data

SAY_EVERY_S = 2.0
"""The fewest seconds between two lines about training."""


def location_of(overrides: Sequence[str]) -> str:
    """Return the run directory of the trial that some overrides describe."""
    return _location(resolve(overrides, single=True))


def run(options: argparse.Namespace) -> int:
    """Train, print the learning curve and the final metrics, and write the run directory."""
    sweep = resolve(options.overrides, single=True)
    (trial,) = sweep.trials
    if sweep.settings.keep == "none":
        raise UserError("keep=none: `unbraid train` always keeps its model. Leave keep out.")
    preview.check_ready(sweep.trials, sweep.settings, here=True)
    if sweep.settings.dry_run:
        return preview.show_plan(sweep)
    preview.check_scored(sweep.trials)
    where = _location(sweep)
    settings = dataclasses.replace(sweep.settings, run_dir=where)
    sweep = dataclasses.replace(sweep, settings=settings)
    with planned(sweep, options.arguments) as directory:
        run_missing.prepare(directory, settings, sweep.trials)
        datasets = run_missing.load_datasets(directory, sweep.trials, settings)
        if trial.trial_id in directory.finished():
            print(f"{where} holds this trial already, finished; delete it to train again")
        else:
            log = open_log(directory, settings, sweep.swept, print)
            try:
                checkpoints = Checkpoints(directory, settings.checkpoint_s, print)
                watchdog = Watchdog(settings.ray.silent_limit_s, lambda _: None)
                with watchdog, closing(watchdog):
                    record = _train(trial, datasets[trial.dataset], settings, log, checkpoints)
                directory.write(record)
                checkpoints.end(trial.trial_id)
                log.ended(record.trial_id, record.status, record.metrics)
            finally:
                log.close()
            _print_scores(record)
        return run_missing.summarize(directory)


def _location(sweep: Sweep) -> str:
    return sweep.settings.run_dir or f"runs/train-{sweep.trials[0].trial_id}"


def _train(
    trial: TrialConfig,
    dataset: Dataset,
    settings: Settings,
    log: LiveLog,
    checkpoints: Checkpoints,
) -> TrialRecord:
    prepare_process(settings.ray.threads)
    device = pick_device(settings.device)
    used = evaluation_data(trial, dataset, device).dataset
    print(
        f"{trial.method} on {dataset.name} ({dataset.source}): {len(used.train)} of "
        f"{len(dataset.train)} training and {len(used.test)} of {len(dataset.test)} test images, "
        f"{trial.scale.epochs} epochs, seed {trial.seed}, {device}"
    )
    origin = {**run_missing.origin(settings), "data_fingerprint": fingerprint(dataset)}
    running = run_trial(
        trial,
        dataset,
        device,
        origin,
        keep=True,
        checkpoints=checkpoints,
        limit_s=settings.ray.trial_limit_s,
    )
    started, printed_at = time.monotonic(), 0.0
    try:
        while True:
            advance = next(running)
            log.points(trial.trial_id, 0, advance.so_far.curves)
            last = advance.epoch == trial.scale.epochs
            if advance.test and (last or time.monotonic() - printed_at > SAY_EVERY_S):
                printed_at = time.monotonic()
                _print_epoch(advance, printed_at - started)
    except StopIteration as finished:
        record: TrialRecord = finished.value
        return record
    except SystemExit as error:  # a sweep's worker would end, and the sweep go on
        raise UserError(
            f"{trial.method}, or what it calls, ended the process by sys.exit({error.code}) in the "
            "middle of the trial; nothing was written. Raise an error instead."
        ) from error


def _print_epoch(advance: Advance, seconds: float) -> None:
    test = "  ".join(f"{name} {value:.2f}" for name, value in advance.test.items())
    left = duration(seconds * (1 - advance.share) / advance.share)
    print(f"epoch {advance.epoch:>4}  {advance.share:4.0%}  test: {test}  {left} left", flush=True)


def _print_scores(record: TrialRecord) -> None:
    for name, value in record.metrics.items():
        print(f"  {name:<16} {value:.4f}")
    if record.env["unscored"]:
        print(f"  not scored: {record.env['unscored']}")
    if record.error:
        print(record.error.strip(), file=sys.stderr)
    times = "  ".join(f"{name} {seconds:.2f} s" for name, seconds in record.times.items())
    print(f"{record.status}; {times}")
