"""Rigid motions: the exponential of six numbers, its inverse, and motions one after another.

A motion takes points ``x`` to ``R x + T``; it is a rotation ``[..., 3, 3]`` and a translation
``[..., 3]``. Its six numbers are a translation's first three and a rotation's last three.
"""

import torch
from torch import Tensor

from models.renderers.rotations import (
    cubic,
    hat,
    rotation_of_vector,
    sinc,
    vector_of_rotation,
    versed,
)

Motion = tuple[Tensor, Tensor]
"""Rotation and translation."""

_SMALL = 1e-2
"""Squares of angles below this take a series in the place of a quotient that would be 0 / 0."""


def motion_of_twist(twist: Tensor) -> Motion:
    """Return the exponential of twists ``[..., 6]``: constant velocities for one unit of time."""
    along, turn = twist[..., :3], twist[..., 3:]
    square = turn.square().sum(-1)[..., None, None]
    cross = hat(turn)
    identity = torch.eye(3, dtype=turn.dtype, device=turn.device)
    swept = identity + versed(square) * cross + cubic(square) * cross @ cross
    return rotation_of_vector(turn), (swept @ along[..., None]).squeeze(-1)


def twist_of_motion(rotation: Tensor, translation: Tensor) -> Tensor:
    """Return the twists ``[..., 6]`` of which :func:`motion_of_twist` gives the motions.

    Of rotations by less than half a turn.
    """
    turn = vector_of_rotation(rotation)
    square = turn.square().sum(-1)[..., None, None]
    cross = hat(turn)
    identity = torch.eye(3, dtype=turn.dtype, device=turn.device)
    # 1 / x^2 - (1 + cos x) / (2 x sin x), written without what is 0 / 0 at 0.
    half = sinc(square) / (2 * versed(square))
    small = square < _SMALL
    safe = torch.where(small, torch.ones_like(square), square)
    series = 1 / 12 + square / 720 + square.square() / 30_240
    factor = torch.where(small, series, (1 - half) / safe)
    back = identity - cross / 2 + factor * cross @ cross
    return torch.cat([(back @ translation[..., None]).squeeze(-1), turn], dim=-1)


def motion_of_numbers(numbers: Tensor) -> Motion:
    """Return motions of the first twelve of numbers ``[B, 12 ...]``: a rotation by rows, a move."""
    return numbers[:, :9].reshape(-1, 3, 3), numbers[:, 9:12]


def inverse(rotation: Tensor, translation: Tensor) -> Motion:
    """Return the motions that undo others."""
    back = rotation.mT
    return back, -(back @ translation[..., None]).squeeze(-1)


def after(second: Motion, first: Motion) -> Motion:
    """Return the motions that do one after another."""
    moved = (second[0] @ first[1][..., None]).squeeze(-1)
    return second[0] @ first[0], moved + second[1]
