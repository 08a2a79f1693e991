"""Measures how long a trial would train, by a few real training steps."""

import math
import time
from dataclasses import replace
from itertools import count, islice

from harness import seeding
from harness.config.schema import Settings, TrialConfig
from harness.data.batches.of_method import make_sampler
from harness.datasets.registry import load_dataset, training_images
from harness.errors import UserError
from harness.training.loop import Updater
from harness.trial.device import pick_device
from harness.trial.method import as_asked, build_method
from harness.trial.process import prepare_process

STEPS = 4
"""Steps that are timed; one more before them warms up."""

DRAWN = 256
"""Images that are drawn or decoded for it; a sweep makes all it needs itself."""


def training_seconds(trial: TrialConfig, settings: Settings) -> float:
    """Return the expected seconds of a trial's training on this machine, without evaluation.

    Raises:
        UserError: the trial cannot be trained.
    """
    try:
        return _measure(trial, settings)
    except UserError:
        raise
    except Exception as error:  # the method may be anybody's
        raise UserError(
            f"A trial of method={trial.method} dataset={trial.dataset.name} cannot be trained: "
            f"{type(error).__name__}: {error}. (`unbraid --debug` shows where.)"
        ) from error


def _measure(trial: TrialConfig, settings: Settings) -> float:
    prepare_process(settings.ray.threads)
    few = trial.dataset.smaller(max(DRAWN, 2 * trial.scale.batch_size), DRAWN)
    dataset = as_asked(replace(trial, dataset=few), load_dataset(few, settings.data_folder))
    dataset = dataset.limited(trial.scale.train_limit, trial.scale.test_limit)
    device = pick_device(settings.device)
    method = build_method(trial, dataset, device)
    updater = Updater(method, trial.scale.precision)
    values = {**updater.values, "kl_weight": 1.0, "progress": 0.0}
    scale = trial.scale
    sampler = make_sampler(method, dataset, device, scale.batch_size, shuffle=scale.shuffle)
    order, noise = seeding.generator(0, "order"), seeding.generator(0, "noise", device)
    started, n_steps = time.perf_counter(), 0
    batches = (batch for _ in count() for batch in sampler.epoch(order))
    for n_steps, batch in enumerate(islice(batches, STEPS + 1)):
        if n_steps == 1:
            started = time.perf_counter()
        updater.step(batch, method.draw(len(batch["image"]), noise), values)
    per_step = (time.perf_counter() - started) / n_steps
    n_images = training_images(trial.dataset, settings.data_folder) or len(dataset.train)
    n_images = min(n_images, trial.scale.train_limit or n_images)
    return per_step * trial.scale.epochs * math.ceil(n_images / trial.scale.batch_size)
