"""Guessed skeletons: the mean one, and that of the image most alike."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from harness.data.dataset import Dataset
from harness.evaluation.scores import evaluate
from harness.metrics.guesses import guesses
from models.declaration import LABELLED, DataSpec
from models.reference.poses import MeanPose, NearestPose
from tests.harness.metrics.helpers.contract import Dead, Oracle, data, dataset


def test_the_nearest_neighbour_of_a_training_image_is_itself() -> None:
    of = dataset()
    same = replace(of, test=of.train)
    guessed = guesses(data(same))
    assert guessed is not None
    np.testing.assert_array_equal(guessed.alike, np.arange(len(of.train)))
    found = evaluate(Oracle(same), data(same), ["joint_guesses"], 0)
    assert found["mpjpe_of_nearest"] == pytest.approx(0, abs=1e-5)


def test_the_mean_pose_is_the_best_constant_in_squares() -> None:
    of = dataset()
    guessed = guesses(data(of))
    assert guessed is not None
    mean = guessed.mean("joints_3d")
    true = of.test.modalities["joints_3d"].astype(float)
    least = np.square(true - mean).sum()
    for other in (mean + 0.05, mean * 0.9, np.zeros_like(mean)):
        assert np.square(true - other).sum() > least


def test_the_methods_of_the_references_guess_the_same() -> None:
    of = dataset()
    guessed = guesses(data(of))
    assert guessed is not None
    n, shape = len(guessed.training), guessed.training.images.shape[1:]
    joints = torch.from_numpy(guessed.training.modalities["joints_3d"])
    spec = DataSpec(shape, n, modalities={"joints_3d": tuple(joints.shape[1:]), LABELLED: ()})
    images, tested = (
        torch.from_numpy(split.images) / 255 for split in (guessed.training, guessed.tested)
    )
    batch = {"image": images, "joints_3d": joints, LABELLED: torch.ones(n)}
    for kind, expected in ((MeanPose, guessed.mean), (NearestPose, guessed.nearest)):
        method = kind(kind.Hyperparameters(), spec)
        method.look(batch, {}, {})
        found = method.predict(tested)["joints_3d"].numpy()
        np.testing.assert_allclose(found, expected("joints_3d"), rtol=1e-5, atol=1e-6)


def test_guesses_are_of_the_data_whatever_the_method() -> None:
    of: Dataset = dataset()
    one, other = (evaluate(m(of), data(of), ["joint_guesses"], 0) for m in (Oracle, Dead))
    assert one == other
    assert one["mpjpe_of_mean"] > 10
