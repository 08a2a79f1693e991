"""A training step of the adversarial methods that restore images, on random ones."""

import statistics
from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.data import by_turns
from benchmarks.tables import Measured, print_table
from harness.methods import METHODS
from harness.training.loop import Updater
from harness.trial.process import prepare_process
from models.declaration import HIDDEN, DataSpec

BATCH = 32
CASES = (
    ("aign_digits", {}, (1, 28, 28)),
    ("aign_digits", {"decoder": "parametric"}, (1, 28, 28)),
    ("aign_sr", {}, (3, 32, 32)),
    ("aign_sr_paired", {}, (3, 32, 32)),
    ("aign_sr_cycle", {}, (3, 32, 32)),
    ("aign_inpaint", {}, (3, 32, 32)),
)


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds of a step: both updates, as often as each is made."""
    prepare_process(threads=1)
    passes: dict[str, tuple[int, Callable[[], object]]] = {}
    for name, changed, shape in CASES:
        cls = METHODS.load(name)
        spec = DataSpec(shape, n_train=1000, modalities={HIDDEN: (4,)})
        hyperparameters = cls.Hyperparameters(**{**cls.at_scale["small"], **changed})
        case = " ".join((name, *(f"{key}={value}" for key, value in changed.items())))
        passes[case] = (1, _step(Updater(cls(hyperparameters, spec).train()), shape))
    seconds = by_turns(passes, rounds=3 if quick else 20)
    cells = {case: 1e3 * statistics.median(taken) for case, taken in seconds.items()}
    title = f"n. Milliseconds a step of {BATCH} images, digits of 28 and faces of 32 pixels, small"
    print_table(title, ("", "step"), [(case, f"{cell:.1f}") for case, cell in cells.items()])
    return [Measured(f"n. step: {case}", cell, "ms") for case, cell in cells.items()]


def _step(updater: Updater, shape: tuple[int, int, int]) -> Callable[[], object]:
    draws = torch.Generator().manual_seed(0)
    side = shape[1] // 2
    batch: dict[str, Tensor] = {
        name: torch.rand((BATCH, *shape), generator=draws) for name in ("image", "memory")
    }
    batch[HIDDEN] = torch.tensor([side // 2, side // 2, side, side]).float().expand(BATCH, 4)
    values = {**updater.values, "kl_weight": 1.0, "progress": 0.0}
    return lambda: updater.step(batch, updater.method.draw(BATCH, draws), values)
