"""Rotations of space: from six numbers that a network gives, and from and to axis and angle.

Every function is smooth where it is used, and free of branches on values, so that gradients are
finite and trials can be stacked.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

_SMALL = 1e-2
"""Below this angle series take the place of quotients that would be 0 / 0; radians."""
_LEAST_SINE = 1e-6


def rotation_of_six(numbers: Tensor) -> Tensor:
    """Return the rotations ``[..., 3, 3]`` of six numbers each, ``[..., 6]``.

    The two triples are made orthonormal by Gram and Schmidt and are the first two columns; the
    third is their cross product (Zhou et al., *On the continuity of rotation representations in
    neural networks*, 2019).
    """
    first, second = numbers[..., :3], numbers[..., 3:]
    x = F.normalize(first, dim=-1)
    y = F.normalize(second - (x * second).sum(-1, keepdim=True) * x, dim=-1)
    return torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)


def six_of_rotation(rotation: Tensor) -> Tensor:
    """Return six numbers ``[..., 6]`` of which :func:`rotation_of_six` gives the rotations."""
    return torch.cat([rotation[..., 0], rotation[..., 1]], dim=-1)


def hat(vector: Tensor) -> Tensor:
    """Return the matrices ``[..., 3, 3]`` that multiply as ``[..., 3]`` in cross products."""
    x, y, z = vector.unbind(-1)
    none = torch.zeros_like(x)
    rows = (none, -z, y), (z, none, -x), (-y, x, none)
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def rotation_of_vector(vector: Tensor) -> Tensor:
    """Return the rotations ``[..., 3, 3]`` about axes by angles, the vectors' lengths in radians.

    Rodrigues' formula.
    """
    square = vector.square().sum(-1)[..., None, None]
    cross = hat(vector)
    return _identity(cross) + sinc(square) * cross + versed(square) * cross @ cross


def vector_of_rotation(rotation: Tensor) -> Tensor:
    """Return axis times angle ``[..., 3]`` of rotations, angles in [0, pi) radians.

    Of half a turn, whose axis has no sign, the result is not defined.
    """
    doubled = torch.stack(
        [
            rotation[..., 2, 1] - rotation[..., 1, 2],
            rotation[..., 0, 2] - rotation[..., 2, 0],
            rotation[..., 1, 0] - rotation[..., 0, 1],
        ],
        dim=-1,
    )
    cosine = (rotation.diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2
    square = doubled.square().sum(-1) / 4
    small = (square < _SMALL**2) & (cosine > 0)
    sine = torch.where(small, torch.ones_like(square), square).clamp(min=_LEAST_SINE**2).sqrt()
    # angle / sin(angle): the arc sine's series for small ones.
    series = 1 + square / 6 + 3 * square.square() / 40
    ratio = torch.where(small, series, torch.atan2(sine, cosine) / sine)
    return doubled / 2 * ratio[..., None]


def angle_between(first: Tensor, second: Tensor) -> Tensor:
    """Return the angles ``[...]`` between rotations ``[..., 3, 3]``, radians in [0, pi]."""
    between = first.mT @ second
    cosine = (between.diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2
    skew = between - between.mT
    sine = skew.square().sum((-2, -1)).div(8).sqrt()
    return torch.atan2(sine, cosine)


def sinc(square: Tensor) -> Tensor:
    """Return ``sin(x) / x`` of x's square."""
    small = square < _SMALL**2
    x = _root(square, small)
    return torch.where(small, 1 - square / 6 + square.square() / 120, x.sin() / x)


def versed(square: Tensor) -> Tensor:
    """Return ``(1 - cos(x)) / x^2`` of x's square."""
    return sinc(square / 4).square() / 2


def cubic(square: Tensor) -> Tensor:
    """Return ``(x - sin(x)) / x^3`` of x's square."""
    small = square < 0.25  # the quotient loses half of its digits where x is small
    x = _root(square, small)
    series = torch.full_like(square, 1 / 6)
    for power, factorial in enumerate((120, 5040, 362_880, 39_916_800), start=1):
        series = series + (-square) ** power / factorial
    return torch.where(small, series, (x - x.sin()) / x**3)


def _root(square: Tensor, small: Tensor) -> Tensor:
    """Return x of its square, and 1 where it is small: what is not taken has a finite gradient."""
    return torch.where(small, torch.ones_like(square), square).sqrt()


def _identity(like: Tensor) -> Tensor:
    return torch.eye(3, dtype=like.dtype, device=like.device)
