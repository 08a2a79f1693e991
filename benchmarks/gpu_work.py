"""The trials that ``benchmarks.stacked_gpu`` times: those of published search spaces, of noise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from harness import seeding
from harness.data.batches.of_method import make_sampler
from harness.data.dataset import Dataset, Split, WarpRange
from harness.methods import METHODS
from harness.training.loop import Training, Updater, Wanted
from harness.training.scale import Scale

IMAGES = 1024
"""Images that are drawn from; an epoch of them is as good as one of all."""


@dataclass(frozen=True)
class Work:
    """A trial of a search space.

    Attributes:
        space: its name.
        scale: ``small`` or ``paper``.
        method: the method's name.
        structure: hyperparameters that are not the defaults.
        side: width and height of the images.
        channels: of the images.
        batch: images a step.
        steps: of a trial.
    """

    space: str
    scale: str
    method: str
    structure: dict[str, Any]
    side: int
    channels: int
    batch: int
    steps: int


WORK = (
    Work("vitae_stability", "small", "c_vitae", {}, 28, 1, 128, 60 * 12),
    Work("vitae_stability", "paper", "c_vitae", {}, 28, 1, 512, 2000 * 3),
    Work("rodi_epsilon_b_gamma", "small", "rodi", {"network": "small"}, 32, 3, 64, 2000),
    Work("rodi_epsilon_b_gamma", "paper", "rodi", {"network": "paper"}, 64, 3, 64, 100_000),
    Work("dvae_beta_d", "small", "dvae_synthesis", {"network": "small"}, 64, 3, 32, 8 * 188),
    Work("dvae_beta_d", "paper", "dvae_synthesis", {"network": "paper"}, 256, 3, 32, 200 * 188),
)


def dataset(work: Work) -> Dataset:
    """Return noise with what the methods are told of it."""
    rng = np.random.default_rng(0)
    shape = IMAGES, work.channels, work.side, work.side
    images = rng.integers(0, 256, shape, dtype=np.uint8)
    modalities = {"pose": rng.normal(size=(IMAGES, 21, 3)).astype(np.float32)}
    split = Split(images, {"identity": np.arange(IMAGES) // 8}, modalities)
    warp = WarpRange(20.0, 0.1) if work.method == "c_vitae" else None
    return Dataset("noise", "procedural", split, split.first(1), warp, identity_factor="identity")


def steps(work: Work, data: Dataset, device: torch.device, seed: int) -> Iterator[Wanted]:
    """Yield the steps of a trial, which whoever gets them may take."""
    cls = METHODS.load(work.method)
    torch.manual_seed(seed)
    method = cls(cls.Hyperparameters(**work.structure), data.spec).to(device).train()
    sampler = make_sampler(method, data, device, work.batch)
    scale = Scale("gpu", 10**6, work.batch, 0.5, 10**6, None, None)
    draws = seeding.generator(seed, "order"), seeding.generator(seed, "noise", device)
    training = Training(Updater(method), sampler, scale, *draws)
    return (said for said in training.steps() if isinstance(said, Wanted))
