"""The flow of a piecewise-affine velocity for unit time, and its gradient.

Points that do not leave the triangle they start in, about half of them, are moved by one matrix.
Only the paths of the others are followed from triangle to triangle. How many these are depends on
the velocity, which ``torch.func.vmap`` does not allow; so this is a ``torch.autograd.Function``
that folds the stacked members into the batch.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from models.transformers.cpab.paths import add_path_gradients, follow, true_indices
from models.transformers.cpab.segments import EDGE, Segments
from models.transformers.cpab.tessellation import Tessellation
from models.transformers.cpab.triangle_flow import UnitTime


def flow(
    velocities: Sequence[Tensor], points: Tensor, tessellation: Tessellation, closed: bool
) -> tuple[Tensor, ...]:
    """Move points along several velocities for unit time, faster than one by one.

    Args:
        velocities: ``[6, C, B]``, see ``Tessellation.in_coordinates``.
        points: ``[N, 2]`` in ``[-1, 1]``, the same for every velocity.
        tessellation: where each triangle is.
        closed: the velocity across the border is 0.

    Returns:
        The moved points ``[B, N, 2]`` of each velocity, with a gradient by the velocities alone.
    """
    moved: tuple[Tensor, ...] = _apply(_Flow, Course(points, tessellation, closed), *velocities)
    return moved


class Course:
    """The points of a flow, and the state of its forward pass that the gradient needs.

    Points are sorted by their triangles, so that each triangle moves its points by one product of
    matrices, whose result the next operation finds in the cache.

    Attributes:
        tessellation: where each triangle is.
        closed: the velocity across the border is 0.
        order: ``[N]``, index of each sorted point among the given ones.
        back: ``[N]``, index of each given point among the sorted ones.
        cell: ``[N]``, the triangle in which each point starts.
        counts: number of points that start in each triangle.
        start: ``[N, 3]``, their coordinates ``(x, 1)`` there.
        corners: ``[3, 2, C]``, corners of the triangles in the points' range ``[-1, 1]``.
        unit: the displacement in each triangle of points that stay in it.
        ids: ``[n]``, indices of the ``N B`` moved points that leave their triangle.
        segments: segments of the paths of these points.
        at_end: ``[3, 2, n]``, corners of the triangles where these paths end.
    """

    unit: UnitTime
    segments: list[Segments]
    ids: Tensor
    at_end: Tensor

    def __init__(self, points: Tensor, tessellation: Tessellation, closed: bool) -> None:
        self.tessellation, self.closed, points = tessellation, closed, (points + 1) / 2
        self.cell, self.order = tessellation.locate(points).sort(stable=True)
        self.back = self.order.argsort()
        self.counts = self.cell.bincount(minlength=len(tessellation.triangles)).tolist()
        self.corners = 2 * tessellation.corners.to(points)
        self.corners[2] -= 1
        start = tessellation.coordinates(points[self.order], self.cell)
        self.start = torch.cat([start, torch.ones_like(start[:1])]).mT.contiguous()

    def by_cell(self, *rows: Tensor) -> Iterable[tuple[Tensor, ...]]:
        """Split ``[N, ...]`` by the triangles."""
        return zip(*(torch.split(x, self.counts) for x in rows), strict=True)


class _Flow(torch.autograd.Function):
    """From velocities ``[6, C, B]`` to ``[B, N, 2]``."""

    @staticmethod
    def forward(course: Course, *velocities: Tensor) -> tuple[Tensor, ...]:
        velocity = torch.cat(velocities, 2)
        corners, course.unit = course.corners, UnitTime(velocity)
        moved = _move(course.unit.whole, corners, course)
        leaving = _leaving(course.unit, course)
        course.ids = ids = true_indices(torch.flatten(leaving))
        n_members = velocity.shape[2]
        point = torch.repeat_interleave(leaving.sum(1))
        first_row = n_members * (course.cell - torch.arange(len(course.cell), device=ids.device))
        row = first_row.index_select(0, point).add_(ids).int()
        begun = course.start.mT.contiguous()[:2].index_select(1, point)
        course.segments, rows, ends = follow(
            velocity, row, begun, course.tessellation, course.closed
        )
        by_row = torch.flatten(corners, 0, 1).repeat_interleave(n_members, 1)
        course.at_end = torch.unflatten(by_row.index_select(1, rows), 0, (3, 2))
        x, y = _place(course.at_end, ends)
        torch.flatten(moved).scatter_(0, ids, torch.complex(x, y))
        moved = moved.index_select(0, course.back).mT.contiguous()
        return torch.view_as_real(moved).chunk(len(velocities))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:  # noqa: ARG004
        ctx.course = inputs[0]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return None, *_apply(_FlowGradient, ctx.course, *gradients)

    @staticmethod
    def vmap(info: Any, in_dims: Any, course: Course, *velocities: Tensor) -> Any:
        folded = [_fold(x, dim, -2) for x, dim in zip(velocities, in_dims[1:], strict=True)]
        moved = _apply(_Flow, course, *folded)
        return tuple(torch.unflatten(x, 0, (info.batch_size, -1)) for x in moved), (0,) * len(moved)


class _FlowGradient(torch.autograd.Function):
    """The gradients with respect to the velocities.

    A function of its own, because under vmap members are folded into the batch here too.
    """

    @staticmethod
    def forward(course: Course, *gradients: Tensor) -> tuple[Tensor, ...]:
        moved = torch.cat([torch.view_as_complex(x.contiguous()).mT for x in gradients], 1)
        moved = moved.index_select(0, course.order)
        at_ends = torch.flatten(moved).index_select(0, course.ids)
        ends = _pull(course.at_end, at_ends.real, at_ends.imag)
        torch.flatten(moved).index_fill_(0, course.ids, 0)
        stayed = torch.flatten(torch.view_as_real(moved), 1)
        table = stayed.new_empty(len(course.counts), 3, stayed.shape[1])
        for (start, rows), out in zip(course.by_cell(course.start, stayed), table, strict=True):
            torch.mm(start.mT, rows, out=out)
        by_coordinate = torch.unflatten(table, 2, (-1, 2))
        whole = torch.einsum("kic,cjbi->jkcb", course.corners[:2], by_coordinate)
        gradient = course.unit.gradient(whole)
        add_path_gradients(gradient, course.segments, ends)
        return gradient.chunk(len(gradients), 2)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Save nothing: there is no second derivative."""

    @staticmethod
    def vmap(info: Any, in_dims: Any, course: Course, *gradients: Tensor) -> Any:
        folded = [_fold(x, dim, 0) for x, dim in zip(gradients, in_dims[1:], strict=True)]
        unfolded = [
            torch.unflatten(x, 2, (info.batch_size, -1))
            for x in _apply(_FlowGradient, course, *folded)
        ]
        return tuple(unfolded), (2,) * len(unfolded)


def _apply(function: type[torch.autograd.Function], *inputs: Any) -> Any:
    return function.apply(*inputs)  # type: ignore[no-untyped-call]


def _fold(stacked: Tensor, dim: int, batch: int) -> Tensor:
    """Join the batches of stacked members, which are at axis ``batch``, into one."""
    return torch.flatten(stacked.movedim(dim, batch), batch, batch + 1)


def _move(whole: Tensor, corners: Tensor, course: Course) -> Tensor:
    """Return the points after unit time as complex numbers ``[N, B]``, the fastest to transpose."""
    table = (
        torch.einsum("kic,jkcb->cjbi", corners[:2], whole) + corners.permute(2, 0, 1)[:, :, None]
    )
    moved = whole.new_empty(len(course.start), 2 * whole.shape[3])
    for (start, out), by in zip(course.by_cell(course.start, moved), table, strict=True):
        torch.mm(start, torch.flatten(by, 1), out=out)
    return torch.view_as_complex(torch.unflatten(moved, 1, (-1, 2)))


def _leaving(unit: UnitTime, course: Course) -> Tensor:
    """Return which points may leave their triangle, by control points of their parabola, [N, B]."""
    identity = torch.eye(3, dtype=unit.whole.dtype, device=unit.whole.device)[:, :, None, None]
    planes = []
    for added in (unit.whole, unit.bow):
        control = added + identity[:, :2]
        planes += [control, identity[:, 2:] - control.sum(1, keepdim=True)]
    table = torch.flatten(torch.cat(planes, 1).permute(2, 0, 1, 3), 2)
    room = table.new_empty(max(course.counts), table.shape[2])
    lowest = []
    for (start,), (x, y, one) in zip(course.by_cell(course.start), table, strict=True):
        # Not a product of matrices, which is slower with 3 columns.
        at = torch.addcmul(one, start[:, :1], x, out=room[: len(start)]).addcmul_(start[:, 1:2], y)
        lowest.append(torch.unflatten(at, 1, (6, -1)).amin(1))
    return torch.cat(lowest) < -EDGE


def _place(corners: Tensor, x: Tensor) -> Tensor:
    """Return the points at coordinates ``[2, ...]`` of triangles with corners ``[3, 2, ...]``."""
    return torch.addcmul(corners[2], corners[0], x[0]).addcmul_(corners[1], x[1])


def _pull(corners: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient ``[2, n]`` by coordinates of triangles, from that by points."""
    return torch.mul(corners[:2, 0], x).addcmul_(corners[:2, 1], y)
