"""Bodies before a camera: what is known by hand, and weights that come back."""

import math

import pytest
import torch
from torch import Tensor

from models.renderers.perspective import (
    NEAREST,
    before_camera,
    bodies,
    heatmaps,
    projected,
    weights_of,
)
from models.renderers.rotations import rotation_of_vector


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def test_what_is_twice_as_far_is_half_as_large() -> None:
    joints = torch.tensor([[[1.0, -0.5, 0.0], [1.0, -0.5, 3.0]]], dtype=torch.float64)
    turn, far = torch.eye(3).double()[None], torch.tensor([[0.0, 0.0, 3.0]]).double()
    at = projected(before_camera(joints, turn, far), torch.tensor([1.5]).double())
    expected = torch.tensor([[[0.5, -0.25], [0.25, -0.125]]], dtype=torch.float64)
    torch.testing.assert_close(at, expected)


def test_a_body_turned_half_about_is_mirrored_and_moved() -> None:
    half = rotation_of_vector(torch.tensor([[0.0, math.pi, 0.0]]).double())
    joints = torch.tensor([[[0.2, 0.3, 0.4]]]).double()
    seen = before_camera(joints, half, torch.tensor([[1.0, 0, 2]]).double())
    torch.testing.assert_close(seen, torch.tensor([[[0.8, 0.3, 1.6]]]).double())


def test_joints_behind_the_camera_are_taken_to_be_before_it() -> None:
    points = torch.tensor([[[1.0, 0, -2], [1, 0, NEAREST]]])
    at = projected(points, torch.ones(1))
    assert (at[0, 0] == at[0, 1]).all()
    assert at.isfinite().all()


def test_weights_of_bodies_come_back_and_others_are_projected() -> None:
    rows = torch.linalg.qr(drawn(12, 12))[0][:5] * torch.tensor([3.0, 2, 1, 0.5, 0.1])[:, None]
    basis = torch.cat([drawn(1, 12), rows])
    weights = drawn(7, 5)
    joints = bodies(basis, weights)
    assert joints.shape == (7, 4, 3)
    torch.testing.assert_close(weights_of(basis, joints), weights)
    others = drawn(7, 4, 3)
    rest = (others - bodies(basis, weights_of(basis, others))).flatten(1)
    torch.testing.assert_close(rest @ rows.mT, torch.zeros(7, 5).double())


@pytest.mark.parametrize("sigma", [0.25, 1.0])
def test_a_heatmap_is_a_gaussian_at_the_middle_of_cells(sigma: float) -> None:
    at = torch.tensor([[[0.0, -0.5], [0.3, 0.71]]], dtype=torch.float64)
    maps = heatmaps(at, 8, sigma)
    assert maps.shape == (1, 2, 8, 8)
    for k in range(2):
        x, y = (4 * (at[0, k] + 1) - 0.5).tolist()
        for row, column in ((1, 3), (2, 4), (6, 5)):
            square = (row - y) ** 2 + (column - x) ** 2
            assert float(maps[0, k, row, column]) == pytest.approx(math.exp(-square / 2 / sigma**2))
    row, column = divmod(int(maps[0, 1].argmax()), 8)
    assert (row, column) == (6, 5)
