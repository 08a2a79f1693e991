"""Trainings of the contract's cases by the harness's loop."""

import dataclasses
from typing import Any

import torch

from harness import seeding
from harness.training.loop import Training, Updater
from harness.training.scale import Precision
from models.hyperparameters import values_of
from tests.harness.helpers import toys
from tests.models.helpers.method_case import Case


class Batches:
    """Batches of a case, the same in every pass: the place in a pass is all there is to keep."""

    def __init__(self, case: Case, dtype: torch.dtype) -> None:
        self._case, self._dtype = case, dtype

    def __len__(self) -> int:
        return 3

    def epoch(self, generator: torch.Generator, start: int = 0) -> Any:
        first = int(torch.randint(100, (), generator=generator))
        return (cast(self._case.batch(first + i), self._dtype) for i in range(start, 3))


def cast(tensors: dict[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    return {name: t.to(dtype) if t.is_floating_point() else t for name, t in tensors.items()}


def training(
    case: Case,
    seed: int = 0,
    *,
    epochs: int = 2,
    dtype: torch.dtype = torch.float64,
    precision: Precision = "float32",
) -> Training:
    method = case.build(seed).to(dtype).train()
    draw = method.draw
    method.draw = lambda *a: cast(draw(*a), dtype)
    draws = seeding.generator(seed, "order"), seeding.generator(seed, "noise")
    return Training(Updater(method, precision), Batches(case, dtype), toys.scale(epochs), *draws)


def different(case: Case, member: int) -> Case:
    """Return a case with each of its numbers a little larger for each member after the first."""
    numbers = {n: v * (1 + 0.05 * member) for n, v in values_of(case.hyperparameters).items()}
    changed = dataclasses.replace(case.hyperparameters, **numbers)
    return dataclasses.replace(case, hyperparameters=changed)
