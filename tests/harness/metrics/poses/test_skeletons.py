"""Which skeletons of a method are scored, on which images, in which unit."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.data.dataset import Dataset, Split
from harness.evaluation.scores import evaluate
from harness.metrics.data import EvaluationData
from models.method import Method
from tests.harness.metrics.helpers.contract import Oracle, data, dataset


class Only(Oracle):
    """Predicts some modalities of the oracle's, joints in space shifted by some units."""

    def __init__(self, known: Dataset, *names: str, shift: float = 0.0) -> None:
        super().__init__(known)
        self.names, self.shift = names, shift

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        found = dict(super().predict(image))
        if "joints_3d" in found:
            found["joints_3d"] = found["joints_3d"].clone()
            found["joints_3d"][:, 1:, 0] += self.shift
        return {name: found[name] for name in self.names}


def score(method: Method, of: Dataset, *metrics: str) -> dict[str, float]:
    return evaluate(method, data(of), list(metrics), seed=0)


def test_errors_are_in_mm() -> None:
    """4 of 5 joints, the hip aside, are off by 2 units of 25 mm."""
    of = dataset()
    found = score(Only(of, "joints_3d", shift=2.0), of, "joint_error")
    assert found["mpjpe"] == pytest.approx(0.8 * 2 * 25, rel=1e-5)
    assert 0 < found["pa_mpjpe"] < found["mpjpe"]


def test_a_body_and_its_rotation_make_a_skeleton() -> None:
    of = dataset()
    for split in (of.train, of.test):
        split.modalities["joints_3d"] = split.modalities["pose"]
        split.modalities["joints_2d"] = split.modalities["pose"][..., :2]
    found = score(Only(of, "cpose", "viewpoint"), of, "joint_error", "reprojection")
    assert max(found.values()) < 1e-3
    assert not score(Only(of, "pose"), of, "joint_error", "reprojection")


def test_the_predicted_camera_is_taken_and_the_best_one_where_there_is_none() -> None:
    of = dataset()
    assert score(Only(of, "joints_3d"), of, "reprojection")["reprojection_error"] < 1e-5
    with_camera = Only(of, "joints_3d", "weak_camera")
    assert score(with_camera, of, "reprojection")["reprojection_error"] < 1e-5
    moved = replace(of, test=of.test.rows(slice(None)))
    moved.test.modalities["joints_2d"] = of.test.modalities["joints_2d"] + 0.5
    found = score(with_camera, moved, "reprojection")["reprojection_error"]
    assert found == pytest.approx(np.sqrt(2) * 0.5 * 4, rel=1e-5), "half of 8 pixels is 1"
    assert score(Only(of, "joints_3d"), moved, "reprojection")["reprojection_error"] < 1e-5
    assert score(Only(of, "joints_2d"), of, "reprojection")["reprojection_error"] == 0


def partly(of: Dataset, labelled: np.ndarray) -> Dataset:
    """Give only some training images their labels."""
    train = of.train
    modalities = dict(train.modalities)
    for name, values in modalities.items():
        modalities[name] = np.where(labelled.reshape(-1, *[1] * (values.ndim - 1)), values, 0)
    modalities["labelled"] = labelled.astype(np.float32)
    test = {**of.test.modalities, "labelled": np.ones(len(of.test), np.float32)}
    return replace(
        of,
        train=Split(train.images, train.factors, modalities),
        test=Split(of.test.images, of.test.factors, test),
    )


def test_the_gap_is_of_training_images_that_have_labels() -> None:
    of = dataset()
    some = partly(of, np.arange(len(of.train)) % 3 == 0)
    names = ("joints_3d", "weak_camera")
    found = score(Only(of, *names), some, "joint_error_gap")
    assert max(abs(value) for value in found.values()) < 1e-4
    none = partly(of, np.zeros(len(of.train), bool))
    scores = evaluate(Only(of, *names), data(none), ["joint_error_gap"], 0)
    assert not scores
    assert scores.reasons["mpjpe_gap"] == "no training image has labels"


class Overfitted(Only):
    """Is right in training images alone."""

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        seen = (self.places(image) < len(self.known.train)).float()
        return {
            name: values * seen.reshape(-1, *[1] * (values.ndim - 1))
            for name, values in super().predict(image).items()
        }


def test_the_gap_is_test_minus_training() -> None:
    of = dataset()
    method = Overfitted(of, "joints_3d", "weak_camera")
    found = score(method, of, "joint_error", "joint_error_gap", "reprojection")
    assert found["mpjpe_gap"] == pytest.approx(found["mpjpe"], abs=1e-3)
    assert found["reprojection_gap"] == pytest.approx(found["reprojection_error"], abs=1e-5)
    assert found["mpjpe_gap"] > 10


def test_of_32_joints_the_seventeen_are_scored() -> None:
    of = dataset()
    wide = replace(of, train=of.train.rows(slice(None)), test=of.test.rows(slice(None)))
    rng = np.random.default_rng(0)
    for split in (wide.train, wide.test):
        split.modalities["joints_3d"] = rng.normal(size=(len(split), 32, 3)).astype(np.float32)

    class Feet(Only):
        def predict(self, image: Tensor) -> dict[str, Tensor]:
            found = super().predict(image)
            found["joints_3d"][:, [4, 5, 9, 10, 31]] += 100
            return found

    found = score(Feet(wide, "joints_3d"), wide, "joint_error")
    assert found["mpjpe"] < 1e-3


def test_it_is_evaluated_once() -> None:
    of, calls = dataset(), []

    class Counting(Only):
        def predict(self, image: Tensor) -> dict[str, Tensor]:
            calls.append(len(image))
            return super().predict(image)

    method = Counting(of, "joints_3d", "weak_camera")
    whole = EvaluationData(of, torch.device("cpu"), 5)
    evaluate(method, whole, ["joint_error", "reprojection", "joint_error_gap"], 0)
    assert calls == [len(of.test), len(of.train)]
