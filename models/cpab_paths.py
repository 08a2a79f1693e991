"""Paths of points that cross triangles under a velocity that is affine on each triangle.

A path is a sequence of segments, one to a triangle, and on a segment the flow is an exponential. A
segment ends at the edge which the path reaches first. The velocity is continuous, so that a
crossing time which is off by ``s`` moves the end of the path by the order of ``s^2`` alone; and so
that the derivative of the end with respect to a crossing time is zero: in the gradient, times are
constants.

Positions are coordinates of a triangle (see :mod:`models.tessellation`). Velocities are planes
``[6, C, B]``, the columns of ``(A | b)`` one after another. There are no masks: on a CPU selecting
by a mask costs as much as twenty products.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.tessellation import Tessellation

EDGE = 1e-4
"""A point has left its triangle where a coordinate is below ``-EDGE``."""
SHORTEST = 1 / 32
"""Of the unit time: a segment lasts as long at least, if there is so much left."""


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


@dataclass(frozen=True)
class Segments:
    """One segment of each path that has so many: of n of the m points."""

    place: Tensor
    """``[n]``: which of the points."""
    row: Tensor
    """``[n]``: where the velocity of its triangle is in its planes."""
    time: Tensor
    """``[n]``"""
    start: Tensor
    """``[2, n]``"""
    end: Tensor
    """``[2, n]``, in the coordinates of the same triangle."""
    sign: Tensor
    """``[2, n]``: -1 where the path goes on over that edge."""
    over: Tensor
    """``[n]``: 1 where it goes on over the side of its rectangle."""


def follow(
    velocity: Tensor, member: Tensor, cell: Tensor, start: Tensor, tessellation: Tessellation
) -> tuple[list[Segments], Tensor, Tensor]:
    """Follow the paths of m points for unit time.

    Args:
        velocity: ``[6, C, B]``.
        member: ``[m]``, which of the B velocities moves each point.
        cell: ``[m]``, the triangle in which it starts.
        start: ``[2, m]``, its coordinates there.
        tessellation: which triangle is beyond each edge.

    Returns:
        The segments; the triangle of each end, ``[m]``; its coordinates there, ``[2, m]``.
    """
    size = velocity.square().sum(0, keepdim=True).sqrt()
    planes = torch.cat([velocity, size]).flatten(1)
    cells, ends = cell.clone(), start.clone()
    place, left = torch.arange(len(member)), torch.ones_like(start[0])
    segments = []
    while len(place):
        row = torch.add(member, cell, alpha=velocity.shape[2])
        at = planes.index_select(1, row)
        speed = torch.addcmul(at[4:6], at[0:2], start[0]).addcmul_(at[2:4], start[1])
        bend = (at[0:2] * speed[0]).addcmul_(at[2:4], speed[1])
        soonest = torch.maximum(at[6], _first_crossing(start, speed, bend))
        time = soonest.reciprocal_().clamp_(min=SHORTEST).minimum(left)
        a, b = integral(*_invariants(at), time)
        end = torch.addcmul(start, a, speed).addcmul_(b, bend)
        into, cell, signs, over = _fold(end, cell, tessellation)
        segments.append(Segments(place, row, time, start, end, signs, over))
        cells.index_copy_(0, place, cell)
        ends.index_copy_(1, place, into)
        left = left - time
        going = left.nonzero()[:, 0]
        place, member, cell = (x.index_select(0, going) for x in (place, member, cell))
        left, start = left.index_select(0, going), into.index_select(1, going)
    return segments, cells, ends


def _first_crossing(start: Tensor, speed: Tensor, bend: Tensor) -> Tensor:
    """Return one over the time of the first crossing, ``[n]``; at most 0 if there is none.

    Each coordinate is taken as a quadratic of time, ``x + v t + w t^2 / 2``.
    """
    x, v, w = _third(start, 1), _third(speed, 0), _third(bend, 0)
    x = x.add_(EDGE).clamp_(min=EDGE)
    root = torch.addcmul(v * v, w, x, value=-2).clamp_(min=0).sqrt_()
    return root.sub_(v).div_(x.mul_(2)).amax(0)


def _fold(end, cell, tessellation):
    # Reflected at the edges it is beyond, a point is in the coordinates of the next triangle.
    n = tessellation.turns.shape[0]
    first, turn = _turn(end, cell)
    into = end * first
    depth = 1 - into[0] - into[1]
    over = torch.lt(depth, 0, out=torch.empty_like(depth)) * tessellation.opening.to(end).flatten().index_select(0, turn)
    into.addcmul_(depth, over)
    cell = tessellation.across.flatten().index_select(0, turn.add_(over.long(), alpha=4*n))
    second, turn = _turn(into, cell)
    cell = tessellation.turns.flatten().index_select(0, turn)
    return into.mul_(second), cell, torch.stack([first, second]), over


def _turn(x, cell):
    beyond = torch.lt(x, 0, out=torch.empty_like(x))
    return 1 - 2 * beyond, torch.add(beyond[0], beyond[1], alpha=2).long().add_(cell, alpha=4)


def _third(planes: Tensor, total: float) -> Tensor:
    """Append to two coordinates the third, that of the centre: all three have this total."""
    return torch.cat([planes, total - planes[:1] - planes[1:]])


def _invariants(planes: Tensor) -> tuple[Tensor, Tensor]:
    """Return trace and determinant of A from the planes of ``(A | b)``."""
    return planes[0] + planes[3], planes[0] * planes[3] - planes[1] * planes[2]


def gradient(velocity: Tensor, segments: list[Segments], ends: Tensor) -> Tensor:
    """Return the gradient ``[6, C, B]`` for that of the ends, ``[2, m]``.

    Along a segment the adjoint p of the position x has the velocity ``-A' p``, and the gradient
    with respect to ``(A | b)`` is the integral of ``p (x, 1)'``, here by Simpson's rule.
    """
    row, time, sign, over = (
        torch.cat([getattr(part, name) for part in segments], -1)
        for name in ("row", "time", "sign", "over")
    )
    start, end = (torch.cat([getattr(part, name) for part in segments], 1) for name in ("start", "end"))
    at = velocity.flatten(1).index_select(1, row)
    trace, determinant = _invariants(at)
    a, b = integral(trace, determinant, time / 2)
    speed = torch.addcmul(at[4:6], at[0:2], start[0]).addcmul_(at[2:4], start[1])
    bend = (at[0:2] * speed[0]).addcmul_(at[2:4], speed[1])
    middle = torch.addcmul(start, a, speed).addcmul_(b, bend)
    half = at[:4] * torch.addcmul(a, trace, b)
    half[0::3] += 1 - determinant * b
    adjoint = _adjoints(segments, half, sign, over, ends)
    weight = time / 6
    total = torch.empty_like(at)
    for out, j in ((total[0:2], 0), (total[2:4], 1)):
        torch.mul(adjoint[0], start[j], out=out)
        out.addcmul_(adjoint[1], middle[j], value=4).addcmul_(adjoint[2], end[j]).mul_(weight)
    torch.add(adjoint[0], adjoint[1], alpha=4, out=total[4:6]).add_(adjoint[2]).mul_(weight)
    result = torch.zeros_like(velocity).flatten(1)
    return result.scatter_add_(1, row.expand(6, -1), total).view_as(velocity)


def _adjoints(
    segments: list[Segments], half: Tensor, sign: Tensor, over: Tensor, ends: Tensor
) -> Tensor:
    """Return the adjoint at the start, middle and end of each segment, ``[3, 2, n]``."""
    adjoint = half.new_empty(3, 2, half.shape[1])
    ends = ends.clone()
    stop = half.shape[1]
    for part in reversed(segments):
        n = len(part.place)
        here = slice(stop - n, stop)
        stop -= n
        p = ends.index_select(1, part.place)
        p = p * sign[1][:, here]
        p = (p - over[here] * (p[0] + p[1])) * sign[0][:, here]
        to0, to1 = half[0:2, here], half[2:4, here]
        adjoint[2, :, here] = p
        for k in (1, 0):
            p = torch.stack([(to0 * p).sum(0), (to1 * p).sum(0)])
            adjoint[k, :, here] = p
        ends.index_copy_(1, part.place, p)
    return adjoint
