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
LONGEST = 3 / 8
"""Times 1 / |(A | b)|: the longest half of a segment, all of which a parabola has to describe."""
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
    """``[4, n]``: the columns of the exponential for half of the time."""
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
        at = planes.index_select(1, row)
        speed, bend = _derivatives(at, start)
        rates = _crossing_rates(start, speed, bend, at[7])
        rate = left.reciprocal()
        for other in (at[6], *rates):
            torch.maximum(rate, other, out=rate)
        crosses = torch.ge(rates, rate, out=rates)
        half = rate.reciprocal_()
        if len(segments) >= FREE:
            half = torch.minimum(half.clamp_(min=SHORTEST / 2), left)
        course, halfway = _course(at, start[:2], speed[:2], bend[:2], half)
        segments.append(Segments(path, row, half, course, halfway, crosses))
        start = _beyond(course[2], crosses)
        turn = torch.add(crosses[0], crosses[1], alpha=2).add_(crosses[2], alpha=4)
        cell = across.index_select(0, turn.int().add_(cell, alpha=8))
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
        p.addcmul_(p[0] + p[1], segment.crosses[2], value=-1)
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
    return torch.mul(halfway[0::2], adjoint[0]).addcmul_(halfway[1::2], adjoint[1])


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
    a, b = 1 - y * (scale / (terms - 1)), 1 + x * scale
    for k in range(terms - 2, 1, -1):  # in which b lacks the factor ``scale``
        scale = 1 / (k + 1)
        a, b = torch.addcmul(one, y, b, value=-scale / k), torch.addcmul(a, x, b, value=scale)
    return a * time, b * square / 2


def invariants(planes: Tensor) -> tuple[Tensor, Tensor]:
    """Return trace and determinant of A from the planes of ``(A | b)``."""
    return planes[0] + planes[3], planes[0] * planes[3] - planes[1] * planes[2]


def _planes(velocity: Tensor, tessellation: Tessellation) -> Tensor:
    size = velocity.square().sum(0, keepdim=True).sqrt() / LONGEST
    opening = tessellation.opening.to(velocity)[:, None].expand_as(size)
    return torch.cat([velocity, size, opening]).flatten(1)


def _derivatives(at: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first and the second derivative with respect to time, ``[3, n]`` each.

    The last is that of the third coordinate, that of the centre: all three have the sum 1.
    """
    speed, bend = at.new_empty(2, 3, x.shape[1])
    torch.addcmul(at[4:6], at[0:2], x[0], out=speed[:2]).addcmul_(at[2:4], x[1])
    torch.mul(at[0:2], speed[0], out=bend[:2]).addcmul_(at[2:4], speed[1])
    for v in (speed, bend):
        torch.add(v[0], v[1], out=v[2]).neg_()
    return speed, bend


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
    at: Tensor, start: Tensor, speed: Tensor, bend: Tensor, half: Tensor
) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
    """Return start, middle and end, and the columns of the exponential for half of the time."""
    trace, determinant = invariants(at)
    # Half of a segment lasts at most LONGEST / |A|: 4 terms leave 2e-4 of its length.
    terms = 13 if half.dtype == torch.float64 else 4
    a, b = integral(trace, determinant, half, terms)
    middle = torch.addcmul(start, a, speed).addcmul_(b, bend)
    halfway = at[:4] * torch.addcmul(a, trace, b)
    halfway[0::3] += determinant.mul_(b).neg_().add_(1)
    way = middle - start
    end = torch.addcmul(middle, halfway[0:2], way[0]).addcmul_(halfway[2:4], way[1])
    return (start, middle, end), halfway


def _beyond(end: Tensor, crosses: Tensor) -> Tensor:
    """Return coordinates ``[2, n]``, with the third ``[3, n]``, for the triangle that is next.

    The triangles of a rectangle are reflections of each other, and so are those at its sides.
    """
    x = end.new_empty(3, end.shape[1])
    torch.addcmul(end, end, crosses[:2], value=-2, out=x[:2])
    torch.sub(1 - x[0], x[1], out=x[2])
    x[:2].addcmul_(x[2], crosses[2])
    x[2].addcmul_(x[2], crosses[2], value=-2)
    return x
