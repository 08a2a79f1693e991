"""Trials of the methods that translate images to targets, on discs with a skeleton each."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.data.dataset import POSE_UNIT, Dataset, Split
from harness.results import TrialRecord
from tests.harness.helpers import toys

N, SIDE = 64, 16
TINY = {"network": "tiny", "d_t": 8, "d_s": 4, "width": 32, "dropout": 0.0, "lr": 1e-2}


def people() -> Dataset:
    """Discs whose place says how a skeleton leans; half of the training images have labels."""
    return Dataset("toy", "procedural", _split(N, N // 2), _split(N // 2, N // 2))


def _split(n: int, labelled: int) -> Split:
    place = np.random.default_rng(n).random((n, 2))
    pixels = (np.arange(SIDE) + 0.5) / SIDE
    across, down = ((pixels - (0.2 + 0.6 * at[:, None])) ** 2 for at in place.T)
    disc = np.exp(-(down[:, :, None] + across[:, None, :]) / 0.02)
    images = np.repeat((255 * disc[:, None]).astype(np.uint8), 3, 1)
    marks = np.arange(n) < labelled
    joints = _leaning(place) * marks[:, None, None]
    modalities = {
        "joints_3d": joints,
        "joints_2d": joints[..., :2] / 2,
        "labelled": marks,
        "labelled_2d": marks,
        "unpaired_joints": _leaning(np.random.default_rng(n + 1).random((n, 2))),
    }
    floats = {name: values.astype(np.float32) for name, values in modalities.items()}
    return Split(images, {POSE_UNIT: np.full(n, 1000, np.float32)}, floats)


def _leaning(place: np.ndarray) -> np.ndarray:
    along = np.linspace(0, 1, 17)[:, None]
    lean = np.concatenate([place - 0.5, np.ones((len(place), 1))], 1)
    return along * lean[:, None] + np.sin(np.arange(51)).reshape(17, 3) / 20


def finished(method: str, epochs: int, **changed: Any) -> TrialRecord:
    trial = toys.trial(method, epochs=epochs, batch_size=16)
    known = {k: v for k, v in TINY.items() if hasattr(trial.hyperparameters, k)}
    tiny = replace(trial.hyperparameters, **known, **changed)
    metrics = ("joint_error", "reprojection")
    return toys.run(replace(trial, hyperparameters=tiny, metrics=metrics), people())[1]


def told(record: TrialRecord) -> set[str]:
    rows = zip(record.curves.split, record.curves.metric, strict=True)
    return {name for split, name in rows if split == "train"}


LOSSES = {f"pairs/loss_{name}" for name in ("vae_x", "vae_y", "cross", "sup")}


def test_a_trial_keeps_curves_of_every_term() -> None:
    record = finished("semix", 1)
    assert (record.status, record.error) == ("ok", None)
    terms = {f"pairs/{kl}" for kl in ("kl_t", "kl_s", "kl_w")}
    terms |= {f"pairs/rec_{name}" for name in ("x", "y", "cross", "sup", "2d")}
    targets = {f"targets/{name}" for name in ("rec_y", "kl_w", "loss")}
    assert told(record) == LOSSES | terms | targets | {"pairs/loss"}
    without = told(finished("semix", 1, w_cross=0.0, use_targets=False))
    assert not any("cross" in name or "targets" in name for name in without)


@pytest.mark.parametrize("method", ["semix", "semix_sup", "lifting"])
def test_poses_are_learnt_of_a_part_of_the_labels(method: str) -> None:
    guess = finished("mean_pose", 1).metrics
    found = finished(method, 20).metrics
    assert found["mpjpe"] < 0.5 * guess["mpjpe"], (found, guess)
    assert found["reprojection_error"] < 2


def test_the_neighbour_is_better_than_the_mean() -> None:
    neighbour, mean = (finished(name, 1).metrics for name in ("nearest_pose", "mean_pose"))
    assert neighbour["mpjpe"] < 0.5 * mean["mpjpe"]
