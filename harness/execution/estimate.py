"""What a sweep would cost, measured by a few real training steps of each kind of trial."""

import os
import time
from itertools import count, islice
from typing import Any

from harness import seeding
from harness.config.schema import TrialConfig
from harness.config.sweep import Sweep
from harness.data.sampler import make_sampler
from harness.datasets.registry import load_dataset
from harness.durations import duration
from harness.training.loop import Updater
from harness.trial.device import pick_device
from harness.trial.method import build_method
from harness.trial.process import prepare_process
from models.hyperparameters import Structure, describe

STEPS = 4
"""Steps timed of each kind; one more before them warms up."""


def estimate(sweep: Sweep) -> str:
    """Return a sentence with the expected duration of the training of all trials."""
    prepare_process(sweep.settings.ray.cpus_per_trial)
    kinds: dict[Any, list[TrialConfig]] = {}
    for trial in sweep.trials:
        kinds.setdefault(_kind(trial), []).append(trial)
    known = sum(_seconds(trials[0], sweep) * len(trials) for trials in kinds.values())
    total = (
        known * sweep.n_trials / len(sweep.trials)
    )  # what a search will suggest is like its first
    ray = sweep.settings.ray
    cpus = ray.num_cpus or os.cpu_count() or 1
    at_once = max(1, min(sweep.n_trials, cpus // ray.cpus_per_trial))
    return (
        f"estimated training time: {duration(total / at_once)} with {at_once} trials at a time on "
        f"this machine ({duration(total)} in all), from {STEPS} steps of each of {len(kinds)} kinds"
    )


def _kind(trial: TrialConfig) -> tuple[Any, ...]:
    described = describe(type(trial.hyperparameters))
    structure = tuple(
        getattr(trial.hyperparameters, name)
        for name, info in described.items()
        if isinstance(info, Structure)
    )
    return trial.method, structure, trial.dataset, trial.scale


def _seconds(trial: TrialConfig, sweep: Sweep) -> float:
    dataset = load_dataset(trial.dataset, sweep.settings.data_folder)
    dataset = dataset.limited(trial.scale.train_limit, trial.scale.test_limit)
    device = pick_device(sweep.settings.device)
    method = build_method(trial, dataset, device)
    updater = Updater(method)
    values = {**updater.values, "kl_weight": 1.0, "progress": 0.0}
    sampler = make_sampler(method, dataset, device, trial.scale.batch_size)
    order, noise = seeding.generator(0, "order"), seeding.generator(0, "noise", device)
    started, taken = time.perf_counter(), 0
    batches = (batch for _ in count() for batch in sampler.epoch(order))
    for taken, batch in enumerate(islice(batches, STEPS + 1)):
        if taken == 1:
            started = time.perf_counter()
        updater.step(batch, method.draw(len(batch["image"]), noise), values)
    per_step = (time.perf_counter() - started) / taken
    return per_step * trial.scale.epochs * len(sampler)
