"""Seconds of a forward pass and of a training step (VITAE, supplement, Table 5)."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from harness.data.batches.of_method import make_sampler
from harness.metrics.data import EvaluationData
from harness.metrics.metric import MetricKey, metric

if TYPE_CHECKING:
    from models.method import Batch, Method

BATCH = 1024
"""Images of the timed batch, as in the timing script of VITAE's released code."""

PASSES = {"fast": (3, 10), "study": (100, 1000)}
"""Passes before the clock starts, and passes that are timed."""


@metric(
    keys=[
        MetricKey("seconds_forward", "forward pass", "lower", "s", "(0, inf)", "none"),
        MetricKey("seconds_step", "training step", "lower", "s", "(0, inf)", "none"),
    ],
)
def seconds(method: Method, data: EvaluationData, generator: torch.Generator) -> dict[str, float]:
    """Seconds of a forward pass and of a training step at batch 1024 (VITAE's Table 5).

    ``seconds_forward`` is the time of the objective's value without gradients, ``seconds_step``
    that of a whole training step: forward, backward and Adam. Both are means over passes of 1,024
    images; training images are repeated where there are fewer. A copy of the method is timed, so
    that the trial's own stays as it is.
    """
    from harness.training.loop import Updater  # torch's optimizer

    method = copy.deepcopy(method).train()
    updater = Updater(method)
    values = {**updater.values, "kl_weight": 1.0, "progress": 0.0}
    sampler = make_sampler(method, data.dataset, data.device, BATCH)
    batch: Batch = {
        name: rows.repeat(-(-BATCH // len(rows)), *[1] * (rows.ndim - 1))[:BATCH]
        for name, rows in next(sampler.epoch(torch.Generator().manual_seed(0))).items()
    }
    noise = method.draw(BATCH, generator)
    first = method.phases()[0].objective

    def step() -> None:
        with torch.enable_grad():
            updater.step(batch, noise, values)

    warm_up, timed = PASSES[data.budget]
    return {
        "seconds_forward": _mean(
            lambda: method(first, batch, noise, values), warm_up, timed, data.device
        ),
        "seconds_step": _mean(step, warm_up, timed, data.device),
    }


def _mean(run: Callable[[], object], warm_up: int, timed: int, device: torch.device) -> float:
    """Return the seconds of a mean run."""
    for _ in range(warm_up):
        run()
    _wait(device)
    start = time.perf_counter()
    for _ in range(timed):
        run()
    _wait(device)
    return (time.perf_counter() - start) / timed


def _wait(device: torch.device) -> None:
    """Wait for the work that a GPU has queued."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
