"""The score of β-VAE of canonical pose and viewpoint: one for codes of both, chance for others."""

from functools import cache

import numpy as np
import pytest
import torch

from harness.config.sweep import resolve
from harness.data.dataset import Dataset
from harness.datasets.hands.procedural.dataset import HandsOptions
from harness.errors import UserError
from harness.evaluation.scores import evaluate
from harness.metrics.codes.beta_vae_pairs import score_of_two
from harness.metrics.data import EvaluationData
from harness.trial.method import build_method

CHOSEN = ["dataset=hands", "dataset.downscale=4", "dataset.crossed=true", "scale=smoke", "seeds=1"]


@cache
def hands() -> Dataset:
    return HandsOptions(downscale=4, n_train=64, n_test=256, crossed=True).load(None)


def test_the_tests_images_show_poses_and_viewpoints_in_all_combinations() -> None:
    test = hands().test
    pose, view = test.factors["canonical_pose"], test.factors["view"]
    for labels, modality in ((pose, "cpose"), (view, "viewpoint")):
        first = test.modalities[modality][np.unique(labels, return_index=True)[1]]
        shown = first[np.unique(labels, return_inverse=True)[1]]
        np.testing.assert_allclose(test.modalities[modality], shown, atol=1e-5)
        assert len(np.unique(first.round(3), axis=0)) == len(first), "each is another"
    assert len({*zip(pose, view, strict=True)}) == 4 * 4 * 4, "of 4 blocks"
    assert "view" not in hands().train.factors


def test_without_crossing_images_are_those_of_before() -> None:
    options = HandsOptions(downscale=4)
    crossed = HandsOptions(downscale=4, crossed=True)
    assert "view" not in options.draw_factors("test", 64)
    for split, same in (("train", True), ("test", False)):
        drawn, other = (o.draw_factors(split, 64)["tilt"] for o in (options, crossed))
        assert np.array_equal(drawn, other) == same


def test_codes_of_the_two_factors_score_one() -> None:
    test = hands().test
    parts = [test.modalities[name].reshape(256, -1) for name in ("cpose", "viewpoint")]
    pose, view = test.factors["canonical_pose"], test.factors["view"]
    for codes in (np.concatenate(parts, 1), parts[0], parts[1]):
        assert score_of_two(codes, pose, view) == 1, "one of the two is enough"


@pytest.mark.parametrize("method", ["dvae_pose", "cross_vae", "untrained_codes", "random_codes"])
def test_what_has_learnt_nothing_scores_chance(method: str) -> None:
    """With d = 8, where codes of labels, and content × frame, give untrained networks 1.0."""
    (trial,) = resolve([f"method={method}", "method.d=8", *CHOSEN]).trials
    built = build_method(trial, hands(), torch.device("cpu"))
    data = EvaluationData(hands(), torch.device("cpu"), 32, test_batch_size=64)
    found = evaluate(built, data, ["beta_vae_poses"], seed=0)
    assert found["beta_vae_poses"] < 0.7


def test_hands_that_are_not_crossed_are_refused_with_the_remedy() -> None:
    with pytest.raises(UserError, match=r"give dataset\.crossed=true"):
        resolve(["method=dvae_pose", "dataset=hands", "scale=smoke", "metrics=[beta_vae_poses]"])
