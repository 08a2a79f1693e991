"""What the methods of pairs do with two images: whose pose, whose appearance."""

import pytest
import torch

from models.pairs.pair_method import PairMethod
from models.pictures import squared_error, to_unit_interval
from tests.models.helpers.pairs import tiny_case


@pytest.mark.parametrize("name", ["rodi", "bvae", "cycle_vae", "atsdm", "drnet"])
@torch.no_grad()
def test_swap_takes_pose_and_appearance_from_where_it_says(name: str) -> None:
    case = tiny_case(name)
    method = case.build()
    assert isinstance(method, PairMethod)
    one, other = case.batch()["image"], case.batch(seed=1)["image"]
    pose, appearance = method.encode(other)["pose"], method.encode(one)["appearance"]
    expected = ((method.decoder(torch.cat([pose, appearance], 1)) + 1) / 2).clamp(0, 1)
    torch.testing.assert_close(method.swap(one, other), expected)
    assert pose.shape == (len(one), 16)
    assert appearance.shape == (len(one), 12)


def test_errors_are_sums_of_squares_on_the_scale_of_the_decoder() -> None:
    image = torch.tensor([0.0, 0.5, 1.0]).reshape(3, 1, 1, 1).expand(3, 2, 4, 4)
    decoded = torch.zeros(3, 2, 4, 4)
    assert squared_error(decoded, image).tolist() == [32.0, 0.0, 32.0]
    assert torch.equal(to_unit_interval(2 * image - 1), image)
    assert to_unit_interval(torch.tensor([-3.0, 2.0])).tolist() == [0.0, 1.0]
