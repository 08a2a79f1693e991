"""Paths of points that cross triangles under a velocity that is affine on each triangle.

A path is a sequence of segments, each the exponential flow of one triangle until the path reaches
an edge. As the velocity is continuous, a crossing time that is off by ``s`` moves the end of the
path by the order of ``s^2`` alone: a time predicted from a parabola is good enough. For the same
reason the end does not depend on the crossing times, and the gradient takes them as constants.

Positions are coordinates of a triangle (see :mod:`models.tessellation`), planes ``[2, n]``.
Velocities of the coordinates are planes ``[6, C, B]``: the columns of ``(A | b)`` one after
another. Nothing is chosen by a mask: on a CPU that costs as much as twenty products.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.tessellation import Tessellation

EDGE = 1e-4
"""Coordinates that are closer to 0 are taken for this: on the edge, where a path may slide."""
JERK = 0.26**3
"""What a third derivative, which a parabola lacks, times half of a segment's time cubed may be."""
SHORTEST = 1 / 32
"""Of the unit time: how long a segment lasts at least, after the first ``FREE`` of a path."""
FREE = 8
"""A path may run to and fro over an edge; it may cut the corners of so many triangles, no more."""
NO_TIME = 1e-6
"""What is left of the unit time of a path that has come to its end, by rounding."""


@dataclass(frozen=True)
class Segments:
    """The next segment of n of the paths."""

    path: Tensor
    """``[n]``: of which path."""
    row: Tensor
    """``[n]``: triangle and member, which velocity it has."""
    half: Tensor
    """``[n]``: half of the time that it lasts."""
    course: tuple[Tensor, Tensor, Tensor]
    """Where it is at its start, at half of the time and at its end, ``[2, n]`` each."""
    halfway: Tensor
    """``[2, 2, n]``: the columns of the exponential for half of the time."""
    crosses: Tensor
    """``[3, n]``: 1 where the path goes on over the edge on which this coordinate is 0, or 0."""


def follow(
    velocity: Tensor, member: Tensor, cell: Tensor, start: Tensor, tessellation: Tessellation
) -> tuple[list[Segments], Tensor, Tensor]:
    """Follow n paths for unit time.

    Args:
        velocity: ``[6, C, B]``.
        member: int32 ``[n]``, which of the B velocities a point has.
        cell: int32 ``[n]``, the triangle in which it starts.
        start: ``[2, n]``, its coordinates there.
        tessellation: which triangle is beyond each edge.

    Returns:
        The segments; the triangle where each path ends, ``[n]``; its coordinates there, ``[2, n]``.
    """
    planes, across = _planes(velocity, tessellation), tessellation.across.flatten().int()
    path, left = torch.arange(len(cell), device=cell.device), torch.full_like(start[0], 1 / 2)
    start = torch.cat([start, 1 - start.sum(0, keepdim=True)])
    cells, ends, segments = cell, start, list[Segments]()
    while len(path):
        row = torch.add(member, cell, alpha=velocity.shape[2])
        at = torch.unflatten(planes.index_select(1, row), 0, (4, 2))
        slowest, opening = at[3].unbind()
        motion = _derivatives(at, start)
        speed, bend = motion.unbind()
        rates = _crossing_rates(start, speed, bend, opening)
        rate = torch.maximum(slowest, left.reciprocal())
        torch.maximum(rate, rates.amax(0), out=rate)
        crosses = torch.ge(rates, rate, out=rates)
        half = rate.reciprocal_()
        if len(segments) >= FREE:
            half = torch.minimum(half.clamp_(min=SHORTEST / 2), left)
        course, halfway = _course(at[:2], start[:2], motion[:, :2], half)
        segments.append(Segments(path, row, half, course, halfway, crosses))
        start, turn = _beyond(course[2], crosses)
        cell = across.index_select(0, turn.add_(cell, alpha=8))
        left = left - half
        if len(segments) == 1:
            continue  # Hardly a path ends in its first triangle.
        if len(segments) == 2:
            cells, ends = cell.clone(), start[:2].clone()
        else:
            cells.index_copy_(0, path, cell)
            ends.index_copy_(1, path, start[:2])
        on = where(left > NO_TIME)
        path, member, cell, left = (x.index_select(0, on) for x in (path, member, cell, left))
        start = start.index_select(1, on)
    return segments, cells, ends


def where(mask: Tensor) -> Tensor:
    """Return at which indices ``[n]`` a mask ``[N]`` is true.

    On a CPU by NumPy, which takes a tenth of the time of ``torch.nonzero``.
    """
    if mask.device.type != "cpu":
        return mask.nonzero()[:, 0]
    return torch.from_numpy(np.flatnonzero(mask.numpy()))


def along_paths(velocity: Tensor, segments: list[Segments], ends: Tensor) -> Tensor:
    """Return the gradient ``[6, C, B]`` of what has the gradient ``[2, n]`` at the ends.

    Along a segment the adjoint p of the position x has the velocity ``-A' p``, and the gradient
    with respect to ``(A | b)`` is the integral of ``p (x, 1)'``, here by Simpson's rule.
    """
    adjoints, total = ends.clone(), torch.zeros_like(velocity).flatten(1)
    for segment in reversed(segments):
        everyone = len(segment.path) == ends.shape[1]
        p = adjoints if everyone else adjoints.index_select(1, segment.path)
        p.addcmul_(p.sum(0), segment.crosses[2], value=-1)
        p.addcmul_(p, segment.crosses[:2], value=-2)
        middle = _earlier(segment.halfway, p)
        begin = _earlier(segment.halfway, middle)
        part = p.new_empty(3, 2, p.shape[1])
        for k, x in enumerate(zip(*segment.course, strict=True)):
            torch.mul(p, x[2], out=part[k])
            part[k].addcmul_(middle, x[1], value=4).addcmul_(begin, x[0])
        torch.add(p, middle, alpha=4, out=part[2]).add_(begin)
        part *= segment.half / 3
        row = segment.row.long()
        total.scatter_add_(1, row.expand(6, -1), torch.flatten(part, 0, 1))
        adjoints = begin if everyone else adjoints.index_copy_(1, segment.path, begin)
    return total.view_as(velocity)


def _earlier(halfway: Tensor, adjoint: Tensor) -> Tensor:
    first, second = adjoint.unbind()
    return torch.mul(halfway[:, 0], first).addcmul_(halfway[:, 1], second)


def integral(
    trace: Tensor, determinant: Tensor, time: Tensor | float, terms: int
) -> tuple[Tensor, Tensor]:
    """Return ``a`` and ``b`` of ``a I + b A``, the integral of ``exp(s A)`` over s in [0, time].

    By so many terms of the power series of the exponential of a 2x2 matrix A, in which
    ``A^2 = trace A - determinant I`` leaves two numbers.
    """
    square = time * time
    x, y = trace * time, determinant * square
    scale, one = 1 / terms, torch.ones((), dtype=x.dtype, device=x.device)
    a, b = torch.rsub(y, 1, alpha=scale / (terms - 1)), torch.add(one, x, alpha=scale)
    for k in range(terms - 2, 1, -1):  # in which b lacks the factor ``scale``
        scale = 1 / (k + 1)
        a, b = torch.addcmul(one, y, b, value=-scale / k), torch.addcmul(a, x, b, value=scale)
    return a * time, b * square / 2


def invariants(columns: Tensor) -> tuple[Tensor, Tensor]:
    """Return trace and determinant of A, of which ``[2, 2, ...]`` are the columns."""
    (a, c), (b, d) = (column.unbind() for column in columns.unbind())
    return a + d, torch.addcmul(a * d, b, c, value=-1)


def product(first: Tensor, second: Tensor) -> Tensor:
    """Return the columns of the product of A with columns ``[2, ...]`` and a matrix."""
    return first[0] * second[:, :1] + first[1] * second[:, 1:]


def _planes(velocity: Tensor, tessellation: Tessellation) -> Tensor:
    columns = torch.unflatten(velocity, 0, (3, 2))
    third = product(columns, product(columns, columns))
    third[:2] += third[2]  # What is affine is largest in one of the corners.
    slowest = third.abs().amax((0, 1)).div_(JERK).pow_(1 / 3)
    opening = tessellation.opening.to(velocity)[:, None].expand_as(slowest)
    return torch.cat([velocity, slowest[None], opening[None]]).flatten(1)


def _derivatives(at: Tensor, x: Tensor) -> Tensor:
    """Return the first and the second derivative with respect to time, ``[2, 3, n]``.

    The last is that of the third coordinate, that of the centre: all three have the sum 1.
    """
    first, second, offset, _ = at.unbind()
    motion = x.new_empty(2, 3, x.shape[1])
    speed, bend = motion[:, :2].unbind()
    torch.addcmul(offset, first, x[0], out=speed).addcmul_(second, x[1])
    torch.mul(first, speed[0], out=bend).addcmul_(second, speed[1])
    torch.add(motion[:, 0], motion[:, 1], out=motion[:, 2]).neg_()
    return motion


def _crossing_rates(x: Tensor, v: Tensor, w: Tensor, opening: Tensor) -> Tensor:
    """Return two over the time to reach 0 of each coordinate, ``[3, n]``; at most 0 if it does not.

    Each coordinate is taken as a quadratic of time, ``x + v t + w t^2 / 2``.
    """
    x = x.clamp(min=EDGE)
    # Not 0 itself, whose square root takes a CPU many times as long.
    root = torch.addcmul(v * v, w, x, value=-2).clamp_(min=1e-12).sqrt_()
    rates = root.sub_(v).div_(x)
    rates[2] *= opening
    return rates


def _course(
    columns: Tensor, start: Tensor, motion: Tensor, half: Tensor
) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
    """Return start, middle and end, and the columns of the exponential for half of the time."""
    trace, determinant = invariants(columns)
    terms = 13 if half.dtype == torch.float64 else 4
    a, b = integral(trace, determinant, half, terms)
    middle = torch.addcmul(start, a, motion[0]).addcmul_(b, motion[1])
    halfway = columns * torch.addcmul(a, trace, b)
    torch.flatten(halfway, 0, 1)[0::3] += determinant.mul_(b).neg_().add_(1)
    first, second = halfway.unbind()
    x, y = (middle - start).unbind()
    return (start, middle, torch.addcmul(middle, first, x).addcmul_(second, y)), halfway


def _beyond(end: Tensor, crosses: Tensor) -> tuple[Tensor, Tensor]:
    """Return all three coordinates ``[3, n]`` for the triangle that is next, and which it is.

    The triangles of a rectangle are reflections of each other, and so are those at its sides.
    """
    first, second, third = crosses.unbind()
    x = end.new_empty(3, end.shape[1])
    two, last = x[:2], x[2]
    torch.addcmul(end, end, crosses[:2], value=-2, out=two)
    torch.sub(1 - two[0], two[1], out=last)
    two.addcmul_(last, third)
    last.addcmul_(last, third, value=-2)
    return x, torch.add(first, second, alpha=2).add_(third, alpha=4).int()
