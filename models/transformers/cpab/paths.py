"""Paths of points that cross triangles under a velocity that is affine on each triangle.

A path is a sequence of segments, each the exponential flow of one triangle until the path reaches
an edge. As the velocity is continuous, a crossing time that is off by ``s`` moves the end of the
path by the order of ``s^2`` alone: a time predicted from a parabola is good enough. The gradient
takes the times as constants. It is off by the order of s, as the adjoint has the matrix of the
wrong triangle for that while; ``docs/methods.md`` says how much that is.

Positions are coordinates of a triangle (see ``cpab.tessellation``), planes ``[2, n]``.
Velocities of the coordinates are planes ``[6, C, B]``: the columns of ``(A | b)`` one after
another. A row is a triangle and a member, ``[C B]``.
"""

import numpy as np
import torch
from torch import Tensor

from models.transformers.cpab.segments import ROOM, Front, Segments, next_segments, planes
from models.transformers.cpab.tessellation import Tessellation

SHORTEST = 1 / 128
"""Least duration of a segment, in unit time, after the first ``FREE`` segments of a path."""
FREE = 8
"""Number of segments of any duration: a path may cut the corners of so many triangles.

A path that runs to and fro over an edge would otherwise have no end.
"""
NO_TIME = 5e-7
"""Half of the time that rounding may leave of a path that has come to its end."""

TINY = 1e-15
"""Least remaining time after the first segment, so that nothing is divided by zero."""


def follow(
    velocity: Tensor, row: Tensor, start: Tensor, tessellation: Tessellation, closed: bool
) -> tuple[list[Segments], Tensor, Tensor]:
    """Follow n paths for unit time.

    Args:
        velocity: ``[6, C, B]``.
        row: ``[n]``, int32, where each path starts.
        start: ``[2, n]``, its coordinates there.
        tessellation: its triangles.
        closed: the velocity across the border is 0.

    Returns:
        The segments; the row where each path ends, ``[n]``; its coordinates there, ``[2, n]``.
    """
    table, onward = planes(velocity), _onward(velocity, tessellation)
    n_members = velocity.shape[2]
    openings = None if closed else tessellation.opening.to(velocity).repeat_interleave(n_members)
    path, left = torch.arange(len(row), device=row.device), torch.full_like(start[0], 0.5)
    segments, room = list[Segments](), start.new_empty(ROOM, len(row))
    front, rows, ends = Front(path, row, start, left), row, start
    while n := len(front.row):
        at = start.new_empty(8, n)
        torch.index_select(table, 1, front.row, out=at[:7])
        opening = None if openings is None else openings.index_select(0, front.row)
        least = SHORTEST / 2 if len(segments) >= FREE else 0.0
        segment, turn = next_segments(at, front, opening, least, room[:, :n])
        segments.append(segment)
        row = onward.index_select(0, turn.add_(front.row, alpha=8))
        front = Front(front.path, row, segment.beyond(room[:, :n]), front.left - segment.half)
        if len(segments) == 1:  # Hardly a path ends in its first triangle.
            front.left.clamp_(min=TINY)
            continue
        if len(segments) == 2:
            rows, ends = front.row.clone(), front.start.clone()
        else:
            rows.scatter_(0, front.path, front.row)
            ends.scatter_(1, front.path.expand(2, -1), front.start)
        front = front.select(true_indices(front.left > NO_TIME))
    return segments, rows, ends


def add_path_gradients(gradient: Tensor, segments: list[Segments], ends: Tensor) -> None:
    """Add the gradient with respect to the velocities, given that of the paths' ends, ``[2, n]``.

    Along a segment the adjoint p of the position x has the velocity ``-A' p``, and the gradient
    with respect to ``(A | b)`` is the integral of ``p (x, 1)'``, here by Simpson's rule. It is
    added to ``gradient``, ``[6, C, B]``.
    """
    adjoints, total = ends.clone(), torch.flatten(gradient, 1).mul_(3)
    room = ends.new_empty(8, ends.shape[1])
    for segment in reversed(segments):
        front, everyone = segment.front, len(segment.front.path) == ends.shape[1]
        p = adjoints if everyone else adjoints.index_select(1, front.path)
        sum_ = torch.add(p[0], p[1], out=room[0, : p.shape[1]])
        p.addcmul_(sum_, segment.outward, value=-1).mul_(segment.mirror)
        p.mul_(segment.half)  # a weight of Simpson's rule, but for a factor
        row_0, row_1 = segment.halfway.unbind(1)
        part = torch.unflatten(room[:6, : p.shape[1]], 0, (3, 2))
        torch.mul(p, segment.end[:, None], out=part[:2])
        halfway = torch.mul(row_0, p[0], out=room[6:, : p.shape[1]]).addcmul_(row_1, p[1])
        part[:2].addcmul_(halfway, segment.middle[:, None], value=4)
        torch.add(p, halfway, alpha=4, out=part[2])
        torch.mul(row_0, halfway[0], out=p).addcmul_(row_1, halfway[1])
        part[:2].addcmul_(p, front.start[:, None])
        part[2] += p
        total.scatter_add_(1, front.row.long().expand(6, -1), torch.flatten(part, 0, 1))
        p.div_(segment.half)
        adjoints = p if everyone else adjoints.scatter_(1, front.path.expand(2, -1), p)
    gradient.div_(3)


def true_indices(mask: Tensor) -> Tensor:
    """Return the indices at which a mask ``[n]`` is true.

    On a CPU by NumPy: torch's ``nonzero`` has a branch that cannot be predicted, and takes ten
    times as long.
    """
    if mask.device.type == "cpu":
        return torch.from_numpy(np.flatnonzero(mask.numpy()))
    return mask.nonzero()[:, 0]


def _onward(velocity: Tensor, tessellation: Tessellation) -> Tensor:
    """Return at ``8 row + k`` the row beyond those edges of a row that are the bits of k."""
    n_members = velocity.shape[2]
    member = torch.arange(n_members, device=velocity.device)[:, None]
    across = tessellation.across[:, None].to(velocity.device)
    return (across * n_members + member).int().flatten()
