"""A method that misbehaves in any of nineteen ways, or not; a test copies it beside a sweep."""

import ctypes
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor

from models.declaration import DataSpec
from models.hyperparameters import Structure
from models.method import Batch, Noise, Values
from models.vae.hyperparameters import VAEHyperparameters
from models.vae.vae import VAE

HOW = Literal[
    "calm",
    "raises_when_built",
    "raises_when_drawing",
    "raises_when_training",
    "raises_when_scored",
    "raises_megabytes",
    "raises_the_untellable",
    "raises_the_unpicklable",
    "leaves_by_sys_exit",
    "interrupts_itself",
    "recurses",
    "wants_a_petabyte",
    "loses_its_numbers",
    "loses_its_shape",
    "loses_its_graph",
    "returns_nothing",
    "changes_everything",
    "exits",
    "is_killed",
    "crashes",
]


@dataclass(frozen=True)
class Hyperparameters(VAEHyperparameters):
    """Those of a VAE, and how it misbehaves."""

    how: Annotated[HOW, Structure("", "how it misbehaves", "")] = "calm"


class UntellableError(Exception):
    """An error that cannot be printed."""

    def __str__(self) -> str:
        raise ValueError("what am I?")


def recurse() -> None:
    recurse()


def change_everything() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_num_threads(7)
    torch.manual_seed(0)
    np.seterr(all="raise")
    warnings.simplefilter("error")
    os.environ.clear()
    os.chdir("/")
    sys.path.clear()
    raise ArithmeticError("everything is changed")


def raise_(error: BaseException) -> None:
    raise error


ACTIONS: Mapping[str, Callable[[], object]] = {
    "raises_when_training": lambda: raise_(ArithmeticError("in training")),
    "raises_megabytes": lambda: raise_(ArithmeticError("x" * 20_000_000)),
    "raises_the_untellable": lambda: raise_(UntellableError()),
    "raises_the_unpicklable": lambda: raise_(ArithmeticError(threading.Lock())),
    "leaves_by_sys_exit": lambda: sys.exit(0),
    "interrupts_itself": lambda: raise_(KeyboardInterrupt()),
    "recurses": recurse,
    "wants_a_petabyte": lambda: torch.empty(1 << 50),
    "changes_everything": change_everything,
    "exits": lambda: os._exit(3),
    "is_killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "crashes": lambda: ctypes.string_at(0),
}
"""What is done in the middle of training."""


class Misbehaving(VAE):
    """A VAE that misbehaves in the middle of training, or where it says."""

    Hyperparameters = Hyperparameters

    def __init__(self, hyperparameters: Any, data: DataSpec) -> None:
        super().__init__(hyperparameters, data)
        self.how = hyperparameters.how
        if self.how == "raises_when_built":
            raise ArithmeticError("when built")

    def draw(self, batch_size: int, generator: torch.Generator) -> Noise:
        if self.how == "raises_when_drawing":
            raise ArithmeticError("when drawing")
        return super().draw(batch_size, generator)

    def objective(self, batch: Batch, noise: Noise, values: Values) -> Any:
        loss, stats = super().objective(batch, noise, values)
        if values["kl_weight"] != 1:  # it begins well
            return loss, stats
        if action := ACTIONS.get(self.how):
            action()
        changed = {
            "loses_its_numbers": loss * float("nan"),
            "loses_its_shape": loss.repeat(3),
            "loses_its_graph": loss.detach(),
            "returns_nothing": None,
        }
        return changed.get(self.how, loss), stats

    def reconstruct(self, image: Tensor) -> Tensor:
        if self.how == "raises_when_scored":
            raise ArithmeticError("when scored")
        return super().reconstruct(image)
