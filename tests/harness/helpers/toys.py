"""Methods whose every number is known in closed form, and a small dataset to run them on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import torch
from annotated_types import Gt
from torch import Tensor, nn

from harness import seeding
from harness.config.schema import TrialConfig
from harness.data.batches.sampler import Sampler
from harness.data.dataset import Dataset, Split
from harness.datasets.digits import DigitsOptions
from harness.methods import METHODS
from harness.results import TrialRecord
from harness.training.loop import Epoch, Updater, train
from harness.training.scale import Scale
from harness.trial.run import Advance, run_trial
from models.declaration import DataSpec
from models.hyperparameters import Value
from models.method import Batch, Method, Noise, Stats, Values

N_TRAIN, N_TEST, BATCH = 23, 17, 5
"""Odd numbers: the last batch of a pass is smaller than the others."""
STEPS = 5
"""Steps of an epoch."""
EPOCHS = 3


@dataclass(frozen=True)
class ToyHyperparameters:
    lr: Annotated[float, Value("λ", "learning rate", "tests"), Gt(0)] = 1e-2


class MeanImage(Method):
    """Learns one image by squared error; keeps no protocol."""

    Hyperparameters = ToyHyperparameters

    def __init__(self, hyperparameters: ToyHyperparameters, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.mean = nn.Parameter(torch.zeros(data.image_shape))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        shape = batch_size, 2
        return {"z": torch.randn(shape, generator=generator, device=generator.device)}

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        image = batch["image"]
        self.steps.add_(1)
        told = {
            "size": torch.tensor(float(len(image))),
            "step": self.steps.double(),
            "kl_weight": torch.tensor(values["kl_weight"]),
            "noise": noise["z"].mean(),
        }
        return (self.mean - image).square().mean(), told


class KnownBound(MeanImage):
    """Its bound is ``-sum(image) - z_1^2 - z_2^2``; its reconstruction is the negative."""

    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        log_likelihood, kl = -batch["image"].flatten(1).sum(1), noise["z"].square().sum(1)
        return {"elbo": log_likelihood - kl, "log_likelihood": log_likelihood, "kl": kl}

    def reconstruct(self, image: Tensor) -> Tensor:
        return 1 - image


class Derails(KnownBound):
    """From the second epoch's third step on its loss is multiplied by ``factor``."""

    factor = float("nan")

    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        loss, stats = super().objective(batch, noise, values)
        # Not where(.., loss * factor, loss): its gradient is NaN even where the loss is chosen.
        return loss * torch.where(self.steps >= STEPS + 3, self.factor, 1.0), stats


class Explodes(Derails):
    factor = 1e6


class DerailsOnTheTestSplit(KnownBound):
    def elbo(self, batch: Batch, noise: Noise) -> Stats:
        return {name: value * torch.inf for name, value in super().elbo(batch, noise).items()}


class Raises(MeanImage):
    def objective(self, batch: Batch, noise: Noise, values: Values) -> tuple[Tensor, Stats]:
        raise RuntimeError("the boiler burst")


def dataset(n_test: int = N_TEST) -> Dataset:
    """Return random grey images ``[N, 1, 6, 6]``, the same every time."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (N_TRAIN + n_test, 1, 6, 6), dtype=np.uint8)
    return Dataset("toy", "procedural", Split(images[:N_TRAIN]), Split(images[N_TRAIN:]))


def hands(n_test: int = N_TEST) -> Dataset:
    """Return random colour images ``[N, 3, 16, 16]``."""
    shape = N_TRAIN + n_test, 3, 16, 16
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return Dataset("hands", "procedural", Split(images[:N_TRAIN]), Split(images[N_TRAIN:]))


def scale(epochs: int = EPOCHS, **changes: int | float) -> Scale:
    fields = {"warmup_fraction": 0.5, "eval_every": 2, "train_limit": None, "test_limit": None}
    return Scale(**{"name": "toy", "epochs": epochs, "batch_size": BATCH, **fields, **changes})


def trial(method: type[Method] | str, seed: int = 0, **changes: int | float) -> TrialConfig:
    """Return a trial of a method of ours by name, or of one of these classes."""
    cls = METHODS.load(method) if isinstance(method, str) else method
    return TrialConfig(
        method=method if isinstance(method, str) else f"{cls.__module__}.{cls.__qualname__}",
        hyperparameters=cls.Hyperparameters(),
        dataset=DigitsOptions(warp="none"),
        scale=scale(**changes),
        metrics=("elbo", "mse"),
        seed=seed,
    )


def run(
    trial: TrialConfig,
    data: Dataset,
    origin: dict[str, Any] | None = None,
    *,
    keep: bool = False,
) -> tuple[list[Advance], TrialRecord]:
    """Run a trial to its end on the CPU; return what it said and its record."""
    running, said = run_trial(trial, data, torch.device("cpu"), origin or {}, keep=keep), []
    try:
        while True:
            said.append(next(running))
    except StopIteration as finished:
        return said, finished.value


def build(cls: type[Method], hyperparameters: Any = None) -> Method:
    torch.manual_seed(0)
    spec = replace(dataset().spec, n_identities=3)  # for methods that learn from labels
    return cls(hyperparameters or cls.Hyperparameters(), spec)


def run_epochs(updater: Updater, **changes: int | float) -> Iterator[Epoch]:
    """Train by the harness's loop, one epoch at a time."""
    sampler = Sampler(dataset().train, None, "cpu", BATCH)
    draws = seeding.generator(0, "order"), seeding.generator(0, "noise")
    return train(updater, sampler, scale(**changes), *draws)


def training(method: Method, **changes: int | float) -> list[Epoch]:
    """Train by the harness's loop to its end."""
    return list(run_epochs(Updater(method), **changes))
