"""The tasks of SemiX: units, the weak camera and its loss, and what a left-out loss needs."""

import pytest
import torch

from models.labelled.semix.tasks import projected
from tests.models.helpers.labelled import labelled_case


def test_a_camera_sees_joints_where_the_dataset_says() -> None:
    """s (x, y) + (tx, ty), by hand."""
    joints = torch.tensor([[[0.0, 0.0, 5.0], [1.0, -2.0, 7.0]]])
    seen = projected(joints, torch.tensor([[0.5, 0.1, -0.2]]))
    torch.testing.assert_close(seen, torch.tensor([[[0.1, -0.2], [0.6, -1.2]]]))


@pytest.mark.parametrize("name", ["semix", "semix_sup"])
@torch.no_grad()
def test_joints_seen_by_the_predicted_camera_have_no_error_in_the_image(name: str) -> None:
    """The generator's own camera gives a loss of 0, and half an image off one for each number."""
    case = labelled_case(name)
    method = case.build().eval()
    batch = case.batch()
    features = method.read(batch)[1]
    decoded = torch.randn(len(features), 17, 3, dtype=features.dtype)
    there = method.predicted(decoded, features)["joints_2d"]
    for off in (0.0, 0.5):
        loss, stats = method.further(
            {**batch, "joints_2d": there + off}, decoded, features, {"w_2d": 3.0}
        )
        torch.testing.assert_close(stats["rec_2d"], torch.tensor(34 * off).double())
        torch.testing.assert_close(loss, 3 * stats["rec_2d"])


@torch.no_grad()
def test_joints_in_the_image_alone_count_where_only_they_are_known() -> None:
    case = labelled_case("semix")
    method = case.build().eval()
    batch = {**case.batch(), "labelled": torch.zeros(6).double()}
    batch["labelled_2d"] = torch.tensor([1, 0, 0, 1, 0, 0]).double()
    loss, stats = method.pairs(batch, case.noise(method), method.values())
    assert stats["rec_2d"] > 0
    torch.testing.assert_close(loss, stats["rec_2d"])


@torch.no_grad()
def test_predicted_joints_are_decoded_in_the_datasets_unit() -> None:
    one, two = (labelled_case("semix", joint_unit=unit).build().eval() for unit in (0.25, 0.5))
    image = labelled_case("semix").batch()["image"]
    torch.testing.assert_close(2 * one.predict(image)["joints_3d"], two.predict(image)["joints_3d"])
    torch.testing.assert_close(one.scaled(torch.ones(2, 3)), torch.full((2, 3), 4.0))


def test_without_places_in_the_image_there_is_no_camera() -> None:
    method = labelled_case("semix", w_2d=0.0).build().eval()
    image = labelled_case("semix").batch()["image"]
    assert method.predict(image).keys() == {"joints_3d"}
    assert not any(name.startswith("camera") for name, _ in method.named_parameters())


@torch.no_grad()
def test_a_code_of_a_target_is_decoded_as_that_of_an_image_is() -> None:
    case = labelled_case("semix_sketch")
    method = case.build().eval()
    batch = case.batch()
    codes = {**method.encode(batch["image"]), **method.encode_modalities(batch)}
    sketch = method.decode_modalities(codes)["sketch"]
    assert sketch.shape == batch["sketch"].shape
    assert 0 <= sketch.min() < sketch.max() <= 1
    assert method.swap(batch["image"], batch["image"]).shape == batch["image"].shape
