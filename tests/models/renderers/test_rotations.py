"""Rotations and rigid motions: closed forms, round trips, and finite gradients at the identity."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import grad, vmap

from models.renderers.rotations import (
    angle_between,
    cubic,
    hat,
    rotation_of_six,
    rotation_of_vector,
    six_of_rotation,
    vector_of_rotation,
    versed,
)
from models.renderers.se3 import after, inverse, motion_of_twist, twist_of_motion

SIZES = (0.0, 1e-8, 1e-4, 0.0099, 0.0101, 0.3, 0.51, 2.0, 3.1)


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def turns() -> Tensor:
    """Axes times angles of many sizes, ``[9, 3]``."""
    axes = torch.nn.functional.normalize(drawn(len(SIZES), 3), dim=-1)
    return axes * torch.tensor(SIZES, dtype=torch.float64)[:, None]


def require_rotations(rotation: Tensor) -> None:
    identity = torch.eye(3, dtype=rotation.dtype).expand_as(rotation)
    torch.testing.assert_close(rotation.mT @ rotation, identity)
    torch.testing.assert_close(torch.linalg.det(rotation), torch.ones(len(rotation)).double())


def test_six_numbers_give_rotations_and_a_rotation_gives_them_back() -> None:
    rotation = rotation_of_six(drawn(50, 6))
    require_rotations(rotation)
    torch.testing.assert_close(rotation_of_six(six_of_rotation(rotation)), rotation)
    scaled = drawn(50, 6) * torch.tensor([2.0, 2, 2, 5, 5, 5]).double()
    torch.testing.assert_close(rotation_of_six(scaled), rotation)


def test_a_quarter_turn_about_the_third_axis() -> None:
    rotation = rotation_of_vector(torch.tensor([[0.0, 0.0, math.pi / 2]], dtype=torch.float64))
    expected = torch.tensor([[[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]], dtype=torch.float64)
    torch.testing.assert_close(rotation, expected)


def test_axis_and_angle_are_the_exponential_of_a_matrix_and_come_back() -> None:
    vector = turns()
    rotation = rotation_of_vector(vector)
    require_rotations(rotation)
    torch.testing.assert_close(rotation, torch.linalg.matrix_exp(hat(vector)))
    torch.testing.assert_close(vector_of_rotation(rotation), vector, rtol=1e-8, atol=1e-12)
    identity = torch.eye(3).double().expand_as(rotation)
    angles = torch.tensor(SIZES, dtype=torch.float64)
    torch.testing.assert_close(angle_between(identity, rotation), angles, rtol=1e-7, atol=1e-9)


def test_a_twist_is_the_exponential_of_a_matrix_and_comes_back() -> None:
    twist = torch.cat([drawn(len(SIZES), 3), turns()], 1)
    whole = torch.zeros(len(SIZES), 4, 4).double()
    whole[:, :3, :3], whole[:, :3, 3] = hat(twist[:, 3:]), twist[:, :3]
    expected = torch.linalg.matrix_exp(whole)
    rotation, translation = motion_of_twist(twist)
    torch.testing.assert_close(rotation, expected[:, :3, :3])
    torch.testing.assert_close(translation, expected[:, :3, 3])
    back = twist_of_motion(rotation, translation)
    torch.testing.assert_close(back, twist, rtol=1e-7, atol=1e-9)


def test_a_motion_and_its_inverse_move_nothing() -> None:
    motion = motion_of_twist(torch.cat([drawn(len(SIZES), 3), turns()], 1))
    for rotation, translation in (after(motion, inverse(*motion)), after(inverse(*motion), motion)):
        identity = torch.eye(3).double().expand_as(rotation)
        torch.testing.assert_close(rotation, identity)
        torch.testing.assert_close(translation, torch.zeros_like(translation))


@pytest.mark.parametrize("function", [versed, cubic])
def test_quotients_are_as_exact_in_single_precision(function: Callable[[Tensor], Tensor]) -> None:
    square = torch.logspace(-8, 1, 200)
    torch.testing.assert_close(
        function(square).double(), function(square.double()), rtol=4e-6, atol=0
    )


def test_gradients_are_finite_at_the_identity_and_trials_stack() -> None:
    def moved(twist: Tensor) -> Tensor:
        rotation, translation = motion_of_twist(twist)
        return (twist_of_motion(rotation, translation) * (1 + torch.arange(6))).sum()

    gradient = vmap(grad(moved))(torch.zeros(3, 6).double())
    torch.testing.assert_close(gradient, (1.0 + torch.arange(6)).double().expand(3, 6))
