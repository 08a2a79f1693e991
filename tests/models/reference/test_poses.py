"""The guesses that methods of poses must beat, against sums and searches by hand."""

from dataclasses import replace

import torch
from torch import Tensor

from harness.training.loop import Updater
from models.declaration import DataSpec
from models.method import Method
from models.reference.poses import MeanPose, NearestPose

N, B = 11, 4
SPEC = DataSpec(
    (3, 8, 8), n_train=16, modalities={"joints_3d": (17, 3), "labelled": ()}, n_labelled=N
)


def data() -> tuple[Tensor, Tensor]:
    draws = torch.Generator().manual_seed(0)
    return torch.rand((N, 3, 8, 8), generator=draws), torch.randn((N, 17, 3), generator=draws)


def look(method: Method, images: Tensor, joints: Tensor, order: Tensor) -> None:
    """Show a pass over the images in batches, each with one more that has no pose."""
    updater = Updater(method)
    for rows in order.split(B):
        batch = {
            "image": torch.cat([torch.full_like(images[:1], 0.5), images[rows]]),
            "joints_3d": torch.cat([torch.full_like(joints[:1], 9.0), joints[rows]]),
            "labelled": torch.tensor([0.0] + [1.0] * len(rows)),
        }
        updater.step(batch, {}, {})


def test_the_mean_is_of_all_poses() -> None:
    images, joints = data()
    method = MeanPose(MeanPose.Hyperparameters(), SPEC)
    look(method, images, joints, torch.randperm(N))
    predicted = method.predict(images[:3])["joints_3d"]
    torch.testing.assert_close(predicted, joints.mean(0).expand(3, -1, -1))


def test_the_neighbour_is_the_image_that_looks_most_alike() -> None:
    images, joints = data()
    method = NearestPose(NearestPose.Hyperparameters(side=4), SPEC)
    for order in (torch.randperm(N), torch.randperm(N)):  # a second pass changes nothing
        look(method, images, joints, order)
        others = torch.rand((5, 3, 8, 8), generator=torch.Generator().manual_seed(1))
        for asked in (images, others):
            small = [each.unflatten(-1, (4, 2)).mean(-1) for each in (asked, images)]
            small = [each.unflatten(-2, (4, 2)).mean(-2).flatten(1) for each in small]
            off = (small[0][:, None] - small[1][None]).square().sum(2)
            expected = joints[off.argmin(1)]
            assert torch.equal(method.predict(asked)["joints_3d"], expected)


def test_before_a_pass_is_over_the_neighbour_is_among_those_met() -> None:
    images, joints = data()
    method = NearestPose(NearestPose.Hyperparameters(side=8), SPEC)
    look(method, images, joints, torch.arange(3))
    assert torch.equal(method.predict(images[:3])["joints_3d"], joints[:3])
    found = method.predict(images[3:])["joints_3d"]
    assert all(any(torch.equal(each, one) for one in joints[:3]) for each in found)


def test_where_all_images_have_poses_there_is_a_row_for_each() -> None:
    method = NearestPose(NearestPose.Hyperparameters(), replace(SPEC, n_labelled=None))
    assert len(method.poses) == 16 + 1
