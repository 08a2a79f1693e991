"""The next segments of paths: their durations, their ends, and the edges they cross.

Planes ``[k, n]`` are overwritten as soon as they are no longer needed: memory in the cache costs a
third of memory outside it. Nothing is selected by a mask: on a CPU that costs as much as twenty
products.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

EDGE = 1e-4
"""Smaller coordinates are raised to this: on the edge, where a path may slide."""
JERK = 0.26**3
"""Bound of a third derivative, which a parabola lacks, times half of a segment's time cubed."""
ROOM = 14
"""Number of planes that :func:`next_segments` overwrites."""


@dataclass(frozen=True)
class Front:
    """The present ends of n of the paths."""

    path: Tensor
    """``[n]``: indices of the paths."""
    row: Tensor
    """``[n]``: triangle and member of each, which determine its velocity."""
    start: Tensor
    """``[2, n]``: position of each."""
    left: Tensor
    """``[n]``: half of the remaining time."""

    def select(self, on: Tensor) -> "Front":
        """Return the paths at these indices."""
        path, row, left = (x.index_select(0, on) for x in (self.path, self.row, self.left))
        return Front(path, row, self.start.index_select(1, on), left)


@dataclass(frozen=True)
class Segments:
    """The next segment of n of the paths."""

    front: Front
    """Their starts."""
    half: Tensor
    """``[n]``: half of their durations."""
    middle: Tensor
    """``[2, n]``: positions at half of the time."""
    end: Tensor
    """``[2, n]``: positions at the end."""
    halfway: Tensor
    """``[2, 2, n]``: the columns of the exponential for half of the time."""
    mirror: Tensor
    """``[2, n]``: -1 where the path crosses the edge at which this coordinate is 0, else 1."""
    outward: Tensor
    """``[n]``: 1 where the path crosses the edge of the third coordinate, else 0."""

    def beyond(self, room: Tensor) -> Tensor:
        """Return the coordinates ``[2, n]`` of the ends in the triangles beyond the edges."""
        x, one = self.end * self.mirror, room.new_ones(())
        return x.addcmul_(torch.sub(one, x[0], out=room[0]).sub_(x[1]), self.outward)


def planes(velocity: Tensor) -> Tensor:
    """Return the input of :func:`next_segments` for each triangle and member, ``[7, C B]``.

    It is ``(A | b)`` and the least reciprocal of half of a segment's duration.
    """
    columns = torch.unflatten(velocity, 0, (3, 2))
    third = product(columns, product(columns, columns))
    third[:2] += third[2]  # What is affine is largest in one of the corners.
    rate = third.abs().amax((0, 1))[None].div_(JERK).pow_(1 / 3)
    return torch.cat([velocity, rate]).flatten(1)


def next_segments(
    at: Tensor, front: Front, opening: Tensor | None, least: float, room: Tensor
) -> tuple[Segments, Tensor]:
    """Return the next segments of the paths, and the edges that they cross.

    Args:
        at: ``[8, n]``: the :func:`planes` of each path's row, and a plane of any values. The
            segments keep their results here.
        front: starts of the segments.
        opening: ``[n]``, 1 if there is a triangle beyond the edge of the third coordinate, else 0;
            None if no path can cross an edge at the border.
        least: half of the least duration of a segment, unless less time is left.
        room: ``[ROOM, n]``, overwritten.

    Returns:
        The segments; the edges they cross, as bits of ``[n]`` (see ``Tessellation.across``).
    """
    columns, half = torch.unflatten(at[:6], 0, (3, 2)), at[6]
    derivatives = _derivatives(columns, front.start, room[:6])
    rates = _crossing_rates(front.start, derivatives, room[6:12])
    if opening is not None:
        rates[2] *= opening
    rate, end_rate = room[12], torch.reciprocal(front.left, out=room[13])
    torch.amax(rates, 0, out=rate)
    torch.maximum(torch.maximum(rate, end_rate, out=rate), half, out=rate)
    crosses = torch.ge(rates, rate, out=rates)
    torch.reciprocal(rate, out=half)
    if least:
        half.clamp_(min=least)
    torch.minimum(half, front.left, out=half)
    mirror = torch.sub(rate.new_ones(()), crosses[:2], alpha=2, out=at[4:6])
    outward = at[7].copy_(crosses[2])
    turn = torch.add(crosses[0], crosses[1], alpha=2, out=rate).add_(outward, alpha=4).int()
    exponential = columns[:2]
    middle, end = _course(exponential, front.start, derivatives, half, room[6:])
    return Segments(front, half, middle, end, exponential, mirror, outward), turn


def product(first: Tensor, second: Tensor) -> Tensor:
    """Return the columns of the product of A, given by columns ``[2, ...]``, and a matrix."""
    return first[0] * second[:, :1] + first[1] * second[:, 1:]


def integral(
    trace: Tensor,
    determinant: Tensor,
    time: Tensor | float,
    terms: int,
    room: Sequence[Tensor | None] = (None,) * 5,
) -> tuple[Tensor, Tensor]:
    """Return ``a`` and ``b`` of ``a I + b A``, the integral of ``exp(s A)`` over s in [0, time].

    By the first ``terms`` of the power series of the exponential of a 2x2 matrix A, which
    ``A^2 = trace A - determinant I`` reduces to two numbers. All results are in ``room``, if given.
    """
    x, y = torch.mul(trace, time, out=room[0]), torch.mul(determinant, time, out=room[1])
    y = torch.mul(y, time, out=room[1])
    a = b = one = torch.ones((), dtype=x.dtype, device=x.device)
    scale, spare, other = 1 / terms, room[2], room[3]
    for k in range(terms - 1, 1, -1):  # in which b lacks the factor ``scale``
        more = torch.addcmul(a, x, b, value=scale, out=spare)
        a, b = torch.addcmul(one, y, b, value=-scale / k, out=room[4]), more
        scale, spare, other = 1 / k, other, spare
    a, b = torch.mul(a, time, out=room[4]), torch.mul(b, time, out=other)
    return a, torch.mul(b, time / 2, out=other)


def invariants(
    planes: Tensor, room: Sequence[Tensor | None] = (None,) * 2
) -> tuple[Tensor, Tensor]:
    """Return trace and determinant of A from the planes of ``(A | b)``, in ``room`` if given."""
    determinant = torch.mul(planes[0], planes[3], out=room[1])
    determinant = torch.addcmul(determinant, planes[1], planes[2], value=-1, out=room[1])
    return torch.add(planes[0], planes[3], out=room[0]), determinant


def _derivatives(columns: Tensor, x: Tensor, room: Tensor) -> Tensor:
    """Return the first and the second derivative with respect to time, ``[2, 3, n]``.

    The last is the sum of the others: the third coordinate, that of the centre, has it negated.
    """
    derivatives = torch.unflatten(room, 0, (2, 3))
    speed, bend = derivatives[:, :2]
    torch.addcmul(columns[2], columns[0], x[0], out=speed).addcmul_(columns[1], x[1])
    torch.mul(columns[0], speed[0], out=bend).addcmul_(columns[1], speed[1])
    torch.add(derivatives[:, 0], derivatives[:, 1], out=derivatives[:, 2])
    return derivatives


def _crossing_rates(start: Tensor, derivatives: Tensor, room: Tensor) -> Tensor:
    """Return the reciprocal of half the time until each coordinate is 0, ``[3, n]``.

    Each coordinate is taken as a quadratic of time, ``x + v t + w t^2 / 2``. If it does not come to
    0, the result is 0 or less.
    """
    (v, w), x, rates = derivatives, room[:3], room[3:]
    torch.clamp(start, min=EDGE, out=x[:2])
    torch.sub(x.new_ones(()), start[0], out=x[2]).sub_(start[1]).clamp_(min=EDGE)
    torch.mul(v, v, out=rates)
    rates[:2].addcmul_(w[:2], x[:2], value=-2)
    rates[2].addcmul_(w[2], x[2], value=2)
    # Not 0 itself, whose square root takes a CPU many times as long.
    rates.clamp_(min=1e-12).sqrt_()
    rates[:2].sub_(v[:2])
    rates[2].add_(v[2])
    return rates.div_(x)


def _course(
    a: Tensor, start: Tensor, derivatives: Tensor, half: Tensor, room: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the positions at half of the time and at the end, ``[2, n]`` each.

    ``a``, A in columns ``[2, 2, n]``, is overwritten by the exponential for half of the time.
    """
    # JERK bounds half of the time by 0.33 / |A|: 3 terms leave 1e-3 of the segment's length.
    terms = 13 if a.dtype == torch.float64 else 3
    trace, determinant = invariants(torch.flatten(a, 0, 1), room[:2].unbind())
    whole, more = integral(trace, determinant, half, terms, room[2:7].unbind())
    speed, bend = derivatives[:, :2]
    middle = torch.addcmul(start, whole, speed).addcmul_(more, bend)
    a.mul_(whole.addcmul_(trace, more))
    one = more.new_ones(())
    diagonal = torch.addcmul(one, determinant, more, value=-1, out=more)
    a[0, 0] += diagonal
    a[1, 1] += diagonal
    way = torch.sub(middle, start, out=room[:2])
    end = torch.addcmul(middle, a[0], way[0]).addcmul_(a[1], way[1])
    return middle, end
