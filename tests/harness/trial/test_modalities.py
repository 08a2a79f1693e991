"""Trials of the methods that learn from an image and its labels, on discs with a pose."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from harness import seeding
from harness.data.batches.of_method import make_sampler
from harness.data.dataset import Dataset, Split
from harness.evaluation.artifacts import PICTURES
from harness.evaluation.latent_walks import PAIRS, STEPS
from harness.evaluation.scores import evaluating
from harness.metrics.data import EvaluationData
from harness.metrics.registry import metric_keys
from harness.results import TrialRecord
from harness.training.loop import Updater, train
from harness.trial.method import build_method
from models.labelled.labelled_vae import LabelledVAE
from tests.harness.helpers import toys

COLOURS, PLACES, SIDE = 4, 16, 16
TINY = {"network": "tiny", "d": 4, "pose_branch_pool": True}


def hands() -> Dataset:
    """Discs of every colour at every place: the colour is their content, the place their pose.

    The canonical pose tells how far right a disc is, the viewpoint how far down.
    """
    content, frame = np.repeat(np.arange(COLOURS), PLACES), np.tile(np.arange(PLACES), COLOURS)
    x, y = frame % 4 / 3, frame // 4 / 3
    pixels = (np.arange(SIDE) + 0.5) / SIDE
    across = (pixels - (0.2 + 0.6 * x[:, None])) ** 2
    down = (pixels - (0.2 + 0.6 * y[:, None])) ** 2
    disc = np.exp(-(down[:, :, None] + across[:, None, :]) / 0.02)
    colour = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]])[content]
    images = (255 * colour[:, :, None, None] * disc[:, None]).astype(np.uint8)
    cosine, sine, zero, one = np.cos(3 * y), np.sin(3 * y), 0 * y, 1 + 0 * y
    turn = np.stack([cosine, sine, zero, -sine, cosine, zero, zero, zero, one], 1)
    viewpoint = turn.reshape(-1, 3, 3)
    joints = np.linspace(-1, 1, 21) + zero[:, None]
    cpose = np.stack([joints, joints * (x[:, None] - 0.5), 0 * joints], 2)
    modalities = {"cpose": cpose, "viewpoint": viewpoint, "pose": cpose @ viewpoint}
    split = Split(
        images,
        {"content": content, "frame": frame},
        {name: values.astype(np.float32) for name, values in modalities.items()},
    )
    return Dataset(
        "toy", "procedural", split, split, identity_factor="content", frame_factor="frame"
    )


def finished(method: str, *metrics: str, **changed: Any) -> TrialRecord:
    trial = toys.trial(method, epochs=4, batch_size=16)
    known = {k: v for k, v in TINY.items() if hasattr(trial.hyperparameters, k)}
    tiny = replace(trial.hyperparameters, **known, **changed)
    trial = replace(trial, hyperparameters=tiny, metrics=metrics)
    return toys.run(trial, hands())[1]


OF_ALL = {"rec_x", "rec_y1", "rec_y2", "kl", "loss"}
PARTS = {
    "dvae_synthesis": {"kl_pose", "kl_appearance"},
    "dvae_pose": {"kl_pose", "kl_viewpoint"},
    "cross_vae": {"kl_latent"},
    "cross_vae_synthesis": {"kl_latent"},
}


def curves(record: TrialRecord, epoch: int) -> set[str]:
    rows = zip(record.curves.split, record.curves.metric, record.curves.epoch, strict=True)
    return {name for split, name, at in rows if split == "train" and at == epoch}


@pytest.mark.parametrize("method", PARTS)
def test_trial_keeps_curves_of_the_step_it_is_in(method: str) -> None:
    timed = ["seconds"] if method == "dvae_synthesis" else []
    record = finished(method, "mse", "elbo", "latents", "factor_scores", "probes", *timed)
    assert (record.status, record.error) == ("ok", None)
    told = OF_ALL | PARTS[method]
    for epoch in range(1, 5):
        step = "" if "cross" in method else "disentangling/" if epoch <= 2 else "embedding/"
        assert curves(record, epoch) == {f"{step}{name}" for name in told}
    scores = record.metrics
    assert {"mse", "elbo", "log_likelihood", "kl", "active_units"} <= scores.keys()
    assert ("identity_from_pose" in scores) == (method == "dvae_synthesis")
    walks = {name for name in record.arrays if name.startswith("walk_")}
    assert walks == {name.replace("kl_", "walk_") for name in PARTS[method]}
    assert "samples" in record.arrays
    skeletons = record.arrays["pose_true"], record.arrays["pose_found"]
    assert [array.shape for array in skeletons] == [(PICTURES, 21, 3)] * 2
    assert sorted(record.arrays["bones"][:, 1]) == list(range(1, 21)), "every joint but the root"
    parts = [name.removeprefix("kl_") for name in PARTS[method] if len(PARTS[method]) > 1]
    for part in parts:
        walked = record.arrays[f"poses_between_{part}"]
        assert walked.shape == (PAIRS, STEPS, 21, 3)
        still = method == "dvae_synthesis" and part == "appearance"
        assert (np.ptp(walked, axis=1).max() < 1e-6) == still, (
            "the part that poses are decoded from"
        )


def test_synthesis_is_scored_on_swaps() -> None:
    record = finished("dvae_synthesis", "mse", "pairs", "triplets", d_u=2)
    assert record.metrics.keys() == set(metric_keys(["mse", "pairs", "triplets"]))
    assert {"swaps", "appearance", "walk_rest"} <= record.arrays.keys()
    assert "embedding/rec_pose" in curves(record, 4)


def unexplained(found: torch.Tensor, truth: torch.Tensor) -> float:
    """Return the share of the variance about the mean of all images that is left."""
    return float((found - truth).square().sum() / (truth - truth.mean(0)).square().sum())


@pytest.mark.parametrize(
    ("method", "changed"),
    [("dvae_synthesis", {"beta": 0.1}), ("dvae_pose", {"joint": True}), ("cross_vae", {})],
)
def test_labels_are_found_in_images(method: str, changed: dict[str, Any]) -> None:
    """Both steps together learn: labels from images, and images, better than their means are."""
    trial = toys.trial(method, epochs=70, batch_size=16)
    learner = {"network": "tiny", "lr": 1e-2, "d": 8, "w_y1": 10.0, "w_y2": 10.0}
    trial = replace(trial, hyperparameters=replace(trial.hyperparameters, **learner, **changed))
    dataset, cpu = hands(), torch.device("cpu")
    built = build_method(trial, dataset, cpu)
    sampler = make_sampler(built, dataset, cpu, 16)
    draws = seeding.generator(0, "order"), seeding.generator(0, "noise")
    assert [e.diverged for e in train(Updater(built), sampler, trial.scale, *draws)] == [None] * 70
    assert isinstance(built, LabelledVAE)
    (batch,) = EvaluationData(dataset, cpu, 16).test_batches()
    with torch.no_grad(), evaluating(built):
        told = built.predict(batch["image"])
        left = {name: unexplained(told[name], batch[name]) for name in built.needs}
        of_image = unexplained(built.reconstruct(batch["image"]), batch["image"])
    assert all(share < 0.5 for share in left.values()), left
    assert of_image < 0.95
