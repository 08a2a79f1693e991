"""What is stored for figures of people's poses and of sketches."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from harness.data.dataset import Dataset
from harness.evaluation.artifacts import arrays_of
from harness.evaluation.latent_walks import PAIRS, STEPS, between_images
from harness.evaluation.skeletons import LIMBS, skeletons
from harness.metrics.data import EvaluationData
from harness.metrics.poses.alignment import fitted_camera, projected
from tests.harness.metrics.helpers.contract import Oracle, data, dataset

PLACES = np.array([3, 40, 77])


def of_people() -> Dataset:
    """The known dataset without hands."""
    of = dataset()
    for split in (of.train, of.test):
        for name in ("pose", "cpose", "viewpoint"):
            del split.modalities[name]
    return of


class OfPeople(Oracle):
    """Predicts people's joints, with a camera if it is asked to."""

    names: tuple[str, ...] = ("joints_3d", "weak_camera")

    def tables(self) -> dict[str, Tensor]:
        joints = self.modalities["joints_3d"].flatten(1)
        appearance = torch.nn.functional.one_hot(self.factors["label"]).float()
        return {"pose": joints, "appearance": appearance}

    def predict(self, image: Tensor) -> dict[str, Tensor]:
        rows = self.places(image)
        return {name: self.modalities[name][rows] for name in self.names}


def stored(method: OfPeople, of: EvaluationData) -> dict[str, np.ndarray]:
    images = torch.from_numpy(of.dataset.test.images[PLACES]).float() / 255
    found = skeletons(method, of, images, PLACES)
    return {name: array.numpy() for name, array in found.items()}


def test_people_stand_at_their_hip_and_look_away_from_the_camera() -> None:
    of = of_people()
    arrays = stored(OfPeople(of), data(of))
    known = of.test.modalities["joints_3d"][PLACES]
    expected = (known - known[:, :1]) * np.array([1, 1, -1])
    for name in ("pose_true", "pose_found"):
        np.testing.assert_allclose(arrays[name], expected, atol=1e-6)
    assert arrays["bones"].tolist() == [list(bone) for bone in LIMBS]
    assert len(LIMBS) == 16


def test_their_places_are_shares_of_the_image() -> None:
    of = of_people()
    arrays = stored(OfPeople(of), data(of))
    at = of.test.modalities["joints_2d"][PLACES]
    for name in ("places_true", "places_found"):
        np.testing.assert_allclose(2 * arrays[name] - 1, at, atol=1e-5)


def test_without_a_camera_the_one_that_fits_is_taken() -> None:
    of = of_people()
    method = OfPeople(of)
    method.names = ("joints_3d",)
    known = {name: values[PLACES] for name, values in of.test.modalities.items()}
    camera = fitted_camera(known["joints_3d"], known["joints_2d"])
    at = projected(known["joints_3d"], camera)
    np.testing.assert_allclose(2 * stored(method, data(of))["places_found"] - 1, at, atol=1e-5)
    method.names = ("weak_camera",)
    assert not stored(method, data(of)), "no joints"


def test_sketches_are_stored_beside_the_true_ones_and_along_walks() -> None:
    of = dataset()
    arrays = arrays_of(Oracle(of), data(of), 0)
    assert arrays["sketch_true"].dtype == np.uint8
    assert arrays["sketch_true"].shape[1:] == (1, 8, 8)
    np.testing.assert_array_equal(arrays["sketch_true"], arrays["sketch_found"])
    assert (arrays["sketch_true"].min((1, 2, 3)) == 0).all()
    walks = arrays["sketches_between_pose"]
    assert walks.shape == (PAIRS, STEPS, 1, 8, 8)
    assert "swaps" in arrays


@pytest.mark.parametrize("joints", [5, 17])
def test_of_people_alone_depth_is_turned_along_walks(joints: int) -> None:
    """Seventeen joints are a person's, of whom the dataset has z towards the viewer."""
    of = of_people()
    rng = np.random.default_rng(0)
    wide = replace(of, train=of.train.rows(slice(None)), test=of.test.rows(slice(None)))
    for split in (wide.train, wide.test):
        split.modalities["joints_3d"] = rng.normal(size=(len(split), joints, 3)).astype(np.float32)
    method = OfPeople(wide)
    method.names = ("joints_3d",)
    images = torch.from_numpy(wide.test.images[: 2 * PAIRS]).float() / 255
    _, poses = between_images(method, images, np.zeros(2 * PAIRS, bool))
    if joints == 5:
        assert not poses
        return
    start = method.predict(method.decode(method.encode(images[:PAIRS])))["joints_3d"].numpy()
    expected = (start - start[:, :1]) * np.array([1, 1, -1])
    np.testing.assert_allclose(poses["poses_between_pose"][:, 0], expected, atol=1e-5)
