"""A training step of the methods that learn from an image and its labels, on random ones."""

import dataclasses
import statistics
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.data import by_turns
from benchmarks.tables import Measured, print_table
from harness.methods import METHODS
from harness.training.loop import Updater
from harness.trial.process import prepare_process
from models.declaration import LABELLED, DataSpec
from models.method import Method

CASES = (
    ("dvae_synthesis", {}),
    ("dvae_synthesis", {"d_u": 32}),
    ("dvae_pose", {}),
    ("cross_vae_synthesis", {}),
    ("cross_vae", {}),
    ("semix", {}),
    ("semix_sketch", {}),
    ("semix_sup", {}),
    ("lifting", {}),
    ("aign_pose", {}),
    ("aign_sfm", {}),
)
BATCH, SIDE = 32, 64
HANDS = DataSpec(
    (3, SIDE, SIDE),
    n_train=1000,
    n_identities=6,
    modalities={
        "pose": (21, 3),
        "cpose": (21, 3),
        "viewpoint": (3, 3),
        "joints_3d": (17, 3),
        "joints_2d": (17, 2),
        "unpaired_joints": (17, 3),
        "unpaired_cpose": (17, 3),
        "unpaired_pinhole": (13,),
        "unpaired_depth": (1, SIDE, SIDE),
        "unpaired_motion": (12,),
        "sketch": (1, SIDE, SIDE),
        "unpaired_sketch": (1, SIDE, SIDE),
        LABELLED: (),
    },
    n_labelled=250,
    tables={
        "pose_basis": np.eye(52, 51, -1, np.float32),
        "intrinsics": np.array([SIDE, SIDE, SIDE / 2, SIDE / 2], np.float32),
    },
)
OF_TWO_FRAMES = ("aign_sfm",)


def measure(quick: bool) -> list[Measured]:
    """Print milliseconds of a step in the first and in the last part of the training."""
    prepare_process(threads=1)
    rows, measured = [], []
    for name, changed in CASES:
        cls = METHODS.load(name)
        hyperparameters = cls.Hyperparameters(**cls.at_scale["small"], **changed)
        channels = 6 if name in OF_TWO_FRAMES else 3
        spec = dataclasses.replace(HANDS, image_shape=(channels, SIDE, SIDE))
        updater = Updater(cls(hyperparameters, spec).train())
        passes = {part: (1, _step(updater, at)) for part, at in (("first", 0.0), ("last", 0.9))}
        seconds = by_turns(passes, rounds=3 if quick else 20)
        cells = {part: 1e3 * statistics.median(taken) for part, taken in seconds.items()}
        case = " ".join((name, *(f"{key}={value}" for key, value in changed.items())))
        rows.append((case, *(f"{cell:.1f}" for cell in cells.values())))
        measured += [Measured(f"i. {part} step: {case}", ms, "ms") for part, ms in cells.items()]
    title = f"i. Milliseconds a step of {BATCH} images of {SIDE} x {SIDE}, scale=small"
    print_table(title, ("", "first part", "last part"), rows)
    return measured


def _step(updater: Updater, progress: float) -> Callable[[], object]:
    draws = torch.Generator().manual_seed(0)
    method: Method = updater.method
    values = {**updater.values, "kl_weight": 1.0, "progress": progress}
    shape = (BATCH, *method.data.image_shape)
    batch: dict[str, Tensor] = {
        name: torch.rand(shape, generator=draws) for name in ("image", "same")
    }
    for name in (*method.needs, *(name for name in method.uses if name in HANDS.modalities)):
        batch[name] = torch.randn((BATCH, *HANDS.modalities[name]), generator=draws)
    if LABELLED in batch:
        batch[LABELLED] = torch.ones(BATCH)
    m = max(phase.repeats for phase in method.phases())
    for name in method.unpaired:
        batch[name] = torch.randn((BATCH, m, *HANDS.modalities[name]), generator=draws)
    return lambda: updater.step(batch, method.draw(BATCH, draws), values)
