"""What the methods of pairs do with two images: whose pose, whose appearance."""

import pytest
import torch

from models.pairs.pair_method import PairMethod
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
