"""Trials of the methods that learn from pairs: what their curves, scores and pictures hold."""

from dataclasses import replace

import numpy as np
import pytest

from harness.data.dataset import Dataset, Split
from harness.metrics.registry import metric_keys
from harness.results import TrialRecord
from tests.harness.helpers import toys

PEOPLE, FRAMES = 4, 6
OF_ALL = "mse", "pairs", "triplets", "probes"
CURVES = {
    "rodi": {
        *(f"model/{name}" for name in ("rec", "kl", "mi_penalty", "loss")),
        *(f"classifiers/{name}" for name in ("i_t", "i_t_prime", "i_eval", "lambda", "gamma")),
        *("classifiers/loss", "visible/appearance", "visible/pose", "visible/loss"),
    },
    "bvae": {"rec", "kl", "loss"},
    "cycle_vae": {"forward/rec", "forward/kl", "forward/loss", "reverse/distance", "reverse/loss"},
    "atsdm": {
        *(f"classifier/{name}" for name in ("correct", "first_step", "loss")),
        *("adversary/correct", "adversary/loss"),
        *(f"generator/{name}" for name in ("rec", "cross_entropy", "loss")),
    },
    "drnet": {
        *(f"model/{name}" for name in ("rec", "content", "confusion", "loss")),
        *("discriminator/correct", "discriminator/loss"),
    },
}


def people() -> Dataset:
    """Every identity in every frame, in random pictures."""
    identity, frame = np.repeat(np.arange(PEOPLE), FRAMES), np.tile(np.arange(FRAMES), PEOPLE)
    shape = len(identity), 1, 8, 8
    split = Split(
        np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8),
        {"who": identity, "frame": frame},
    )
    return Dataset("toy", "procedural", split, split, identity_factor="who", frame_factor="frame")


def finished(method: str, *metrics: str) -> TrialRecord:
    """Train with tiny networks, to the end."""
    trial = toys.trial(method, batch_size=8)
    tiny = replace(trial.hyperparameters, network="tiny", d_pose=16, d_appearance=16)
    trial = replace(trial, hyperparameters=tiny, metrics=metrics)
    return toys.run(trial, people())[1]


@pytest.mark.parametrize("method", CURVES)
def test_trial_keeps_what_reports_show(method: str) -> None:
    asked = {
        "rodi": ("information", "latents"),
        "bvae": ("latents",),
        "cycle_vae": ("latents",),
    }.get(method, ())
    record = finished(method, *OF_ALL, *asked, "elbo")
    assert (record.status, record.error) == ("ok", None)
    expected = set(metric_keys([*OF_ALL, *asked])) - {"kl_appearance", "kl_viewpoint", "kl_rest"}
    assert record.metrics.keys() == expected, "they bound no likelihood"
    rows = zip(record.curves.split, record.curves.metric, record.curves.epoch, strict=True)
    told = {(name, epoch) for split, name, epoch in rows if split == "train"}
    assert told == {(name, epoch) for name in CURVES[method] for epoch in range(1, 4)}
    assert {"swaps", "swap_pose", "swap_appearance", "triplet_errors"} <= record.arrays.keys()
    shown = {"shown_by_pose", "shown_by_appearance"}
    assert shown & record.arrays.keys() == (shown if method == "rodi" else set())
