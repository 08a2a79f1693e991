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
    start: Tensor
    """``[2, n]``"""
    end: Tensor
    """``[2, n]``, in coordinates of the same triangle."""
    crosses: Tensor
    """``[3, n]``: 1 where the path goes on over the edge of which this coordinate is 0."""


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
    cells, ends, segments = cell.clone(), start.clone(), list[Segments]()
    while len(path):
        row = torch.add(member, cell, alpha=velocity.shape[2])
        at = planes.index_select(1, row)
        speed, bend = _derivatives(at, start)
        end_rate = torch.maximum(at[6], left.reciprocal())
        import os
        J=os.environ.get("J","0")
        T=end_rate.reciprocal()
        if J=="0": we=bend
        else:
            jerk = (at[0:2] * bend[0]).addcmul_(at[2:4], bend[1])
            if J=="2":
                jerk.addcmul_((at[0:2] * jerk[0]).addcmul_(at[2:4], jerk[1]), T, value=1/4)
            we = torch.addcmul(bend, jerk, T, value=1/3)
        rates = _crossing_rates(start, speed, we, at[7])
        rate = torch.maximum(end_rate, rates.amax(0))
        crosses = torch.ge(rates, rate, out=rates)
        time = rate.reciprocal_()
        if len(segments) >= FREE:
            time = time.clamp_(min=SHORTEST)
        time = torch.minimum(time, left, out=time)
        a, b = integral(*invariants(at), time)
        end = torch.addcmul(start, a, speed).addcmul_(b, bend)
        segments.append(Segments(path, row, time, start, end, crosses))
        turn = torch.add(crosses[0], crosses[1], alpha=2).add_(crosses[2], alpha=4)
        cell = across.index_select(0, turn.long().add_(cell, alpha=8))
        start = end * (1 - 2 * crosses[:2])
        start += (1 - start[0] - start[1]) * crosses[2]
        left = left - time
        if len(segments) == 1:
            continue  # Hardly a path ends in its first triangle.
        cells.index_copy_(0, path, cell)
        ends.index_copy_(1, path, start)
        on = (left > NO_TIME).nonzero()[:, 0]
        path, member, cell, left = (x.index_select(0, on) for x in (path, member, cell, left))
        start = start.index_select(1, on)
    return segments, cells, ends


def gradient(velocity: Tensor, segments: list[Segments], ends: Tensor) -> Tensor:
    """Return the gradient ``[6, C, B]`` of what has the gradient ``[2, n]`` at the ends.

    Along a segment the adjoint p of the position x has the velocity ``-A' p``, and the gradient
    with respect to ``(A | b)`` is the integral of ``p (x, 1)'``, here by Simpson's rule.
    """
    planes, adjoints = velocity.flatten(1), ends.clone()
    total = torch.zeros_like(planes)
    for segment in reversed(segments):
        at = planes.index_select(1, segment.row)
        trace, determinant = invariants(at)
        a, b = integral(trace, determinant, segment.time / 2)
        speed, bend = _derivatives(at, segment.start)
        middle = torch.addcmul(segment.start, a, speed).addcmul_(b, bend)
        halfway = at[:4] * torch.addcmul(a, trace, b)  # the exponential for half of the time
        halfway[0::3] += 1 - determinant * b
        p = adjoints.index_select(1, segment.path)
        p -= (p[0] + p[1]) * segment.crosses[2]
        p *= 1 - 2 * segment.crosses[:2]
        weight = segment.time / 6
        part = torch.empty_like(at)
        for x, factor in ((segment.end, 1), (middle, 4), (segment.start, 1)):
            weighted = p * (weight * factor)
            if x is segment.end:
                torch.mul(weighted, x[0], out=part[0:2])
                torch.mul(weighted, x[1], out=part[2:4])
                part[4:6] = weighted
            else:
                part[0:2].addcmul_(weighted, x[0])
                part[2:4].addcmul_(weighted, x[1])
                part[4:6] += weighted
            if x is not segment.start:
                p = torch.stack([(halfway[0:2] * p).sum(0), (halfway[2:4] * p).sum(0)])
        total.scatter_add_(1, segment.row.expand(6, -1), part)
        adjoints.index_copy_(1, segment.path, p)
    return total.view_as(velocity)


def integral(trace: Tensor, determinant: Tensor, time: Tensor | float) -> tuple[Tensor, Tensor]:
    """Return ``a`` and ``b`` of ``a I + b A``, the integral of ``exp(s A)`` over s in [0, time].

    By the power series of the exponential of a 2x2 matrix A, in which
    ``A^2 = trace A - determinant I`` leaves two numbers.
    """
    x, y = trace * time, determinant * (time * time)
    one = torch.ones((), dtype=x.dtype, device=x.device)
    terms = 16 if x.dtype == torch.float64 else 8
    a, b = one, one / terms
    for k in range(terms - 1, 1, -1):
        a, b = torch.addcmul(one, y, b, value=-1 / k), torch.addcmul(a, x, b) / k
    return a * time, b * (time * time)


def invariants(planes: Tensor) -> tuple[Tensor, Tensor]:
    """Return trace and determinant of A from the planes of ``(A | b)``."""
    return planes[0] + planes[3], planes[0] * planes[3] - planes[1] * planes[2]


def _planes(velocity: Tensor, tessellation: Tessellation) -> Tensor:
    import os
    size = float(os.environ.get("L","1"))*velocity.square().sum(0, keepdim=True).sqrt()
    opening = tessellation.opening.to(velocity)[:, None].expand_as(size)
    return torch.cat([velocity, size, opening]).flatten(1)


def _derivatives(at: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first and the second derivative with respect to time, ``[2, n]`` each."""
    speed = torch.addcmul(at[4:6], at[0:2], x[0]).addcmul_(at[2:4], x[1])
    return speed, (at[0:2] * speed[0]).addcmul_(at[2:4], speed[1])


def _crossing_rates(start: Tensor, speed: Tensor, bend: Tensor, opening: Tensor) -> Tensor:
    """Return one over the time of the first crossing, ``[n]``; at most 0 if there is none.

    Each coordinate is taken as a quadratic of time, ``x + v t + w t^2 / 2``.
    """
    x, v, w = _third(start, 1), _third(speed, 0), _third(bend, 0)
    x = x.clamp_(min=EDGE)
    root = torch.addcmul(v * v, w, x, value=-2).clamp_(min=0).sqrt_()
    rates= root.sub_(v).div_(x.mul_(2))
    rates[2] *= opening
    return rates


def _third(planes: Tensor, total: float) -> Tensor:
    """Append to two coordinates the third, that of the centre: all three have this total."""
    return torch.cat([planes, (total - planes[0]).sub_(planes[1])[None]])
