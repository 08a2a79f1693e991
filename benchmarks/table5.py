"""Table 5 of VITAE's supplement: seconds of a forward pass and of a training step, side by side."""

import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.steps import one_trial
from benchmarks.tables import Measured, print_table
from harness import seeding
from harness.data.batches.sampler import Sampler
from harness.datasets.registry import load_dataset
from harness.training.loop import Updater
from harness.trial.method import build_method
from harness.trial.process import prepare_process

CASES = {
    "vae": ["method=vae"],
    "beta_vae": ["method=beta_vae"],
    "beta_tcvae": ["method=beta_tcvae"],
    "dip_vae_ii": ["method=dip_vae_ii"],
    "c_vitae affine": ["method=c_vitae", "method.transform=affine"],
    "c_vitae affine_diffeo": ["method=c_vitae", "method.transform=affine_diffeo"],
    "c_vitae cpab [2, 4]": ["method=c_vitae", "method.transform=cpab"],
}

LEARNED_STEPS = 200
"""Steps of training before anything is measured: a new CPAB is nearly the identity, and cheaper."""

MOST_CPAB = 3.0
"""A step with CPAB may cost so many times one with ``affine_diffeo``.

Ours: of each, Table 5 has one value left, and which of its two columns it stood in is lost.
"""

MOST_AFFINE = 2.5
"""A forward pass with ``affine`` may cost so many times the VAE's; ours, for the same reason."""


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds of both for every method, and their ratios to the VAE's."""
    prepare_process(threads=1)
    rounds = 5 if quick else 30
    timed = {batch: _measure(batch, rounds) for batch in (1024, 512)}
    for batch, seconds in timed.items():
        rows = []
        for name, (forward, step) in seconds.items():
            ratios = [_ratio(seconds, name, "vae", which) for which in (0, 1)]
            cells = (1e3 * statistics.median(forward), 1e3 * statistics.median(step), *ratios)
            rows.append((name, *(f"{cell:.2f}" for cell in cells)))
        header = ("", "forward, ms", "step, ms", "forward / VAE", "step / VAE")
        print_table(f"g. Table 5: a batch of {batch}, 28x28, one thread", header, rows)
    cpab = _ratio(timed[512], "c_vitae cpab [2, 4]", "c_vitae affine_diffeo", 1)
    affine = _ratio(timed[1024], "c_vitae affine", "vae", 0)
    return [
        Measured("g. step with cpab / affine_diffeo, batch 512", cpab, "x", MOST_CPAB),
        Measured("g. forward with affine / VAE, batch 1024", affine, "x", MOST_AFFINE),
    ]


Seconds = dict[str, tuple[list[float], list[float]]]


def _ratio(seconds: Seconds, name: str, to: str, which: int) -> float:
    pairs = zip(seconds[name][which], seconds[to][which], strict=True)
    return statistics.median(a / b for a, b in pairs)


def _measure(batch_size: int, rounds: int) -> Seconds:
    """Return seconds of the forward passes and of the steps of every case, taken by turns."""
    passes = {name: _passes(case, batch_size) for name, case in CASES.items()}
    seconds: Seconds = {name: ([], []) for name in CASES}
    for _ in range(rounds):
        for name, both in passes.items():
            for taken, run in zip(seconds[name], both, strict=True):
                start = time.process_time()
                run()
                taken.append(time.process_time() - start)
    return seconds


def _passes(case: list[str], batch_size: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return a forward pass and a training step of a method that has learned a little."""
    trial = one_trial([*case, "method.lr=1e-3"])
    dataset = load_dataset(trial.dataset, None)
    method = build_method(trial, dataset, torch.device("cpu"))
    updater = Updater(method)
    values = {**updater.values, "kl_weight": 1.0, "progress": 0.0}
    generator = seeding.generator(0, "noise")

    def step(batch: dict[str, torch.Tensor]) -> None:
        noise = method.draw(len(batch["image"]), generator)
        updater.step(batch, noise, values)

    def forward() -> None:
        with torch.no_grad():
            method.reconstruct(large["image"])

    small = Sampler(dataset.train, dataset.warp, "cpu", 128)
    while updater.steps < LEARNED_STEPS:
        for batch in small.epoch(generator):
            step(batch)
    large = next(Sampler(dataset.train, dataset.warp, "cpu", batch_size).epoch(generator))
    return forward, lambda: step(large)
