"""What dead codes and random answers score: closed forms, chance, or the variance of the truth."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from sklearn.model_selection import KFold

from harness.data.pairs import draw_triplets
from harness.evaluation.scores import evaluate, scorable
from harness.metrics.disentanglement import boosting
from harness.metrics.registry import METRIC_PATHS, METRICS
from models.reference.codes import UntrainedCodes
from models.reference.declarations import RandomHyperparameters
from tests.harness.metrics.helpers.contract import (
    FRAMES,
    IDENTITIES,
    Dead,
    Oracle,
    Random,
    data,
    dataset,
    interval,
    scores,
)

TEST = dataset().test
METRIC_OF = {key.name: name for name in METRIC_PATHS for key in METRICS.load(name).keys}
BONE_MM = 25
SCORED = 32
"""Images that a probe is scored on, a fifth of 160."""


def of_grey_images() -> dict[str, float]:
    errors = np.square(TEST.images / 255 - 0.5).mean((1, 2, 3))
    drawn = draw_triplets(TEST.factors["label"], TEST.factors["frame"], 1000)
    triplets = 4 * errors[drawn.truth]  # intensities from -1 to 1
    return {
        "mse": errors.mean(),
        "pair_mse": 4 * errors.mean(),
        "triplet_mse": triplets.mean(),
        "triplet_mse_std": triplets.std(),
        "triplet_mse_q25": np.quantile(triplets, 0.25),
        "triplet_mse_median": np.quantile(triplets, 0.5),
        "triplet_mse_q75": np.quantile(triplets, 0.75),
        "appearance_knn": 1 / IDENTITIES,
        "rest_change": 0,
    }


def of_a_pose_at_the_origin() -> dict[str, float]:
    errors = BONE_MM * np.linalg.norm(TEST.modalities["cpose"], axis=2)
    turns = TEST.modalities["viewpoint"].astype(np.float64)
    return {
        "pose_error": errors.mean(),
        "cpose_error": errors.mean(),
        "pose_pck_20": (errors <= 20).mean(),
        "cpose_pck_50": (errors <= 50).mean(),
        "viewpoint_sum_9": np.square(turns - np.eye(3)).sum((1, 2)).mean(),
        "viewpoint_degrees": np.degrees(Rotation.from_matrix(turns).magnitude()).mean(),
        "pose_drift": 0,
        "pose_drift_seen": 0,
    }


def of_codes_of_zero() -> dict[str, float]:
    turns = TEST.modalities["viewpoint"][:FRAMES].astype(np.float64)  # the first of each frame
    folds = KFold(5, shuffle=True, random_state=0).split(turns)
    errors = np.concatenate([np.square(turns[b] - turns[a].mean(0)).sum((1, 2)) for a, b in folds])
    codes = ("pose", "pose_labels", "viewpoint", "viewpoint_labels", "all")
    nothing = ("active_units", "kl_total", "kl_appearance", "kl_pose", "kl_viewpoint", "kl_rest")
    return {
        **dict.fromkeys(nothing, 0),
        "recovery_appearance": 0,
        "recovery_pose": 0,
        "appearance_score": 0,
        "pose_score": 0,
        "d_score": 0,
        "beta_vae_pairs": 1 / 2,
        "beta_vae_labels": 1 / 2,
        "beta_vae_poses": 1 / 2,
        **{f"viewpoint_sum_9_from_{code}": errors.mean() for code in codes},
    }


DEAD = {**of_grey_images(), **of_a_pose_at_the_origin(), **of_codes_of_zero()}


@pytest.mark.parametrize("key", DEAD)
def test_dead_codes(key: str) -> None:
    found = scores(Dead, METRIC_OF[key])[key]
    assert found == pytest.approx(DEAD[key], rel=1e-6, abs=1e-6)


def within(chance: float, n: int) -> tuple[float, float]:
    """Return the share that guesses hit, and four of its standard errors."""
    return chance, 4 * (chance * (1 - chance) / n) ** 0.5


RANDOM = {
    "appearance_knn": within(1 / IDENTITIES, len(TEST)),
    "identity_from_pose": within(1 / IDENTITIES, SCORED),
    "identity_from_appearance": within(1 / IDENTITIES, SCORED),
    "frame_from_pose": within(1 / FRAMES, SCORED),
    "frame_from_appearance": within(1 / FRAMES, SCORED),
    "appearance_score": (0, 0.2),
    "pose_score": (0, 0.2),
    "d_score": (0, 0.2),
    # D useless regressors explain D / (n - 1) of the variance, with a deviation of 0.03.
    "recovery_appearance": (11 / 159, 0.1),
    "recovery_pose": (9 / 159, 0.1),
    "beta_vae_pairs": (1 / 2, 0.25),
    "beta_vae_poses": (1 / 2, 0.25),
}
"""Chance, and how far from it a random method may be."""


@pytest.mark.parametrize("key", RANDOM)
def test_random_answers(key: str) -> None:
    chance, tolerance = RANDOM[key]
    assert scores(Random, METRIC_OF[key])[key] == pytest.approx(chance, abs=tolerance)


@pytest.mark.parametrize("method", [Dead, Random])
def test_nobody_is_recognised_in_images_of_anybody(method: type[Oracle]) -> None:
    """A query seeks 8 of some 152 images, a share of 5 %, of which a random ranking makes more."""
    found = scores(method, "reid")
    for search in ("reid_reconstruction", "reid_swapped"):
        assert 4 < found[search] < 25
    assert found["reid_true"] > 95, "what is searched for by the real image is found"


def untrained() -> UntrainedCodes:
    torch.manual_seed(0)
    return UntrainedCodes(RandomHyperparameters(d=8), dataset().spec)


OF_CODES = [name for name in scorable(untrained(), METRIC_PATHS, dataset()) if name != "seconds"]


@pytest.mark.parametrize("name", OF_CODES)
def test_every_metric_of_codes_is_defined_for_an_untrained_network(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosting, "STAGES", 2)
    found = evaluate(untrained(), data(), [name], 0)
    for key in METRICS.load(name).keys:
        if key.name in found:
            assert found[key.name] in interval(key.range)
    assert found or found.reasons or name in ("probes", "appearance_probe"), "it has one group"


def test_which_of_the_scores_of_beta_vae_an_untrained_network_fails() -> None:
    """Images of one frame have their white point in one place, which weights of any value see."""
    found = evaluate(untrained(), data(), ["beta_vae_pairs", "beta_vae_poses"], 0)
    assert found["beta_vae_pairs"] > 0.9
    assert found["beta_vae_poses"] < 0.9
