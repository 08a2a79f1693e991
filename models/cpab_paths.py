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

import torch
from torch import Tensor

from models.tessellation import Tessellation

EDGE = 1e-4
"""Coordinates that are closer to 0 are taken for this: on the edge, where a path may slide."""
LONGEST = 3 / 4
"""Times 1 / |(A | b)|: how long a segment lasts at most, which a parabola has to describe."""
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
    time: Tensor
    """``[n]``: how long it lasts."""
    course: tuple[Tensor, Tensor, Tensor]
    """Where it is at its start, at half of the time and at its end, ``[2, n]`` each."""
    halfway: Tensor
    """``[4, n]``: the columns of the exponential for half of the time."""
    mirror: Tensor
    """``[2, n]``: -1 where the path goes on over the edge of which this coordinate is 0, or 1."""
    outward: Tensor
    """``[n]``: 1 where it goes on over the edge of the third coordinate, or 0."""


def follow(
    velocity: Tensor, member: Tensor, cell: Tensor, start: Tensor, tessellation: Tessellation
) -> tuple[list[Segments], Tensor, Tensor]:
    """Follow n paths for unit time.

    Args:
        velocity: ``[6, C, B]``.
        member: ``[n]``, which of the B velocities a point has.
        cell: ``[n]``, the triangle in which it starts.
        start: ``[2, n]``, its coordinates there.
        tessellation: which triangle is beyond each edge.

    Returns:
        The segments; the triangle where each path ends, ``[n]``; its coordinates there, ``[2, n]``.
    """
    planes, across = _planes(velocity, tessellation), tessellation.across.flatten()
    path, left = torch.arange(len(cell), device=cell.device), torch.ones_like(start[0])
    cells, ends, segments = cell, start, list[Segments]()
    while len(path):
        row = torch.add(member, cell, alpha=velocity.shape[2])
        at = planes.index_select(1, row)
        speed, bend = _derivatives(at, start)
        end_rate = torch.maximum(at[6], left.reciprocal())
        rates = _crossing_rates(start, speed, bend, at[7])
        rate = torch.maximum(end_rate, rates.amax(0))
        crosses = torch.ge(rates, rate, out=rates)
        time = rate.reciprocal_()
        if len(segments) >= FREE:
            time.clamp_(min=SHORTEST)
        torch.minimum(time, left, out=time)
        course, halfway = _course(at, start, speed[:2], bend[:2], time)
        turn = torch.add(crosses[0], crosses[1], alpha=2).add_(crosses[2], alpha=4)
        cell = across.index_select(0, turn.long().add_(cell, alpha=8))
        mirror, outward = crosses[:2].mul_(-2).add_(1), crosses[2]
        segments.append(Segments(path, row, time, course, halfway, mirror, outward))
        start = course[2] * mirror
        start.add_((1 - start[0]).sub_(start[1]).mul_(outward))
        left = left - time
        if len(segments) == 1:
            continue  # Hardly a path ends in its first triangle.
        if len(segments) == 2:
            cells, ends = cell.clone(), start.clone()
        else:
            cells.index_copy_(0, path, cell)
            ends.index_copy_(1, path, start)
        on = (left > NO_TIME).nonzero()[:, 0]
        path, member, cell, left = (x.index_select(0, on) for x in (path, member, cell, left))
        start = start.index_select(1, on)
    return segments, cells, ends


def along_paths(velocity: Tensor, segments: list[Segments], ends: Tensor) -> Tensor:
    """Return the gradient ``[6, C, B]`` of what has the gradient ``[2, n]`` at the ends.

    Along a segment the adjoint p of the position x has the velocity ``-A' p``, and the gradient
    with respect to ``(A | b)`` is the integral of ``p (x, 1)'``, here by Simpson's rule.
    """
    adjoints, total = ends.clone(), torch.zeros_like(velocity).flatten(1)
    for segment in reversed(segments):
        everyone = len(segment.path) == ends.shape[1]
        p = adjoints if everyone else adjoints.index_select(1, segment.path)
        p.sub_((p[0] + p[1]).mul_(segment.outward)).mul_(segment.mirror)
        sixth = segment.time / 6
        begin, middle, end = segment.course
        part = p.new_empty(6, p.shape[1])
        weighted = p * sixth
        torch.mul(weighted, end[0], out=part[0:2])
        torch.mul(weighted, end[1], out=part[2:4])
        part[4:6] = weighted
        for x, weight in ((middle, sixth * 4), (begin, sixth)):
            p = torch.mul(segment.halfway[0::2], p[0]).addcmul_(segment.halfway[1::2], p[1])
            torch.mul(p, weight, out=weighted)
            part[0:2].addcmul_(weighted, x[0])
            part[2:4].addcmul_(weighted, x[1])
            part[4:6] += weighted
        total.scatter_add_(1, segment.row.expand(6, -1), part)
        adjoints = p if everyone else adjoints.index_copy_(1, segment.path, p)
    return total.view_as(velocity)


def integral(
    trace: Tensor, determinant: Tensor, time: Tensor | float, terms: int
) -> tuple[Tensor, Tensor]:
    """Return ``a`` and ``b`` of ``a I + b A``, the integral of ``exp(s A)`` over s in [0, time].

    By so many terms of the power series of the exponential of a 2x2 matrix A, in which
    ``A^2 = trace A - determinant I`` leaves two numbers.
    """
    x, y = trace * time, determinant * (time * time)
    a = b = one = torch.ones((), dtype=x.dtype, device=x.device)
    scale = 1 / terms
    for k in range(terms - 1, 1, -1):  # in which b lacks the factor ``scale``
        a, b = torch.addcmul(one, y, b, value=-scale / k), torch.addcmul(a, x, b, value=scale)
        scale = 1 / k
    return a * time, b * (time * time / 2)


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


def _crossing_rates(start: Tensor, v: Tensor, w: Tensor, opening: Tensor) -> Tensor:
    """Return one over the time to reach 0 of each coordinate, ``[3, n]``; at most 0 if it does not.

    Each coordinate is taken as a quadratic of time, ``x + v t + w t^2 / 2``.
    """
    x = torch.empty_like(v)
    x[:2] = start
    torch.sub(1 - start[0], start[1], out=x[2])
    x.clamp_(min=EDGE)
    # Not 0 itself, whose square root takes a CPU many times as long.
    root = torch.addcmul(v * v, w, x, value=-2).clamp_(min=1e-12).sqrt_()
    rates = root.sub_(v).div_(x.mul_(2))
    rates[2] *= opening
    return rates


def _course(
    at: Tensor, start: Tensor, speed: Tensor, bend: Tensor, time: Tensor
) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
    """Return start, middle and end, and the columns of the exponential for half of the time."""
    trace, determinant = invariants(at)
    # A segment lasts at most LONGEST / |A|: 5 terms for half of it leave 1e-5 of its length.
    terms = 13 if time.dtype == torch.float64 else 5
    a, b = integral(trace, determinant, time / 2, terms)
    middle = torch.addcmul(start, a, speed).addcmul_(b, bend)
    halfway = at[:4] * torch.addcmul(a, trace, b)
    halfway[0::3] += 1 - determinant * b
    way = middle - start
    end = torch.addcmul(middle, halfway[0:2], way[0]).addcmul_(halfway[2:4], way[1])
    return (start, middle, end), halfway
