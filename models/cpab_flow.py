"""The flow of a piecewise-affine velocity, with effort where it is needed.

Points that do not leave the triangle they start in, about half of them, are moved by one matrix.
Only the paths of the others are followed from triangle to triangle. Which points these are depends
on the velocity, so shapes are not known beforehand: what ``torch.func.vmap`` must not see is inside
a ``torch.autograd.Function`` that folds stacked members into the batch.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from models.cpab_paths import along_paths, follow, which
from models.cpab_segment import EDGE, Segments, integral, invariants, product
from models.tessellation import Tessellation

TERMS = 9
"""Of the series of a triangle's exponential for a quarter of the time: of matrices of any size."""


def flow(velocity: Tensor, points: Tensor, tessellation: Tessellation) -> Tensor:
    """Move points along a velocity for unit time.

    Args:
        velocity: ``[6, C, B]``, see :meth:`models.tessellation.Tessellation.in_coordinates`.
        points: ``[N, 2]`` in ``[-1, 1]``, the same for every velocity.
        tessellation: where each triangle is.

    Returns:
        ``[B, N, 2]``. The gradient is with respect to the velocity alone.
    """
    whole, bow = _unit_time(velocity)
    moved: Tensor = _apply(_Flow, velocity, whole, bow, Course(points, tessellation))
    return moved


def _unit_time(velocity: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a triangle's flow adds to positions ``(x, 1)``, two ``[3, 2, C, B]``.

    The first is that of unit time. The second is to the middle control point of the path, if that
    is a parabola through where it is at half of the time.
    """
    columns = torch.unflatten(velocity, 0, (3, 2))
    a, b = integral(*invariants(velocity), 1 / 4, TERMS)
    quarter = a * columns + b * product(columns, columns)
    half = 2 * quarter + product(quarter, quarter)
    again = product(half, half)
    return 2 * half + again, (half - again / 2).detach()


class Course:
    """What a flow knows of its points, and what its forward pass leaves for the gradient.

    Points are sorted by their triangles here: what a triangle does to its points is one product of
    matrices, whose result the next operation finds in the cache.

    Attributes:
        tessellation: where each triangle is.
        order: ``[N]``, the given points in this order.
        back: ``[N]``, these points in the given order.
        cell: ``[N]``, the triangle in which each point starts.
        counts: how many start in each triangle.
        start: ``[N, 3]``, the coordinates ``(x, 1)`` there.
        corners: ``[3, 2, C]``, of the triangles, for points in ``[-1, 1]``.
        ids: ``[n]``, which of the ``N B`` moved points leave their triangle.
        segments: of these points' paths.
        at_end: ``[3, 2, n]``, the corners of the triangles where these paths end.
    """

    segments: list[Segments]
    ids: Tensor
    at_end: Tensor

    def __init__(self, points: Tensor, tessellation: Tessellation) -> None:
        self.tessellation, points = tessellation, (points + 1) / 2
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
    """From velocity and what :func:`_unit_time` returns to ``[B, N, 2]``."""

    @staticmethod
    def forward(velocity: Tensor, whole: Tensor, bow: Tensor, course: Course) -> Tensor:
        corners = course.corners
        moved = _move(whole, corners, course)
        leaving = _leaving(whole, bow, course)
        course.ids = ids = which(torch.flatten(leaving))
        n_members = velocity.shape[2]
        point = torch.repeat_interleave(leaving.sum(1))
        first_row = n_members * (course.cell - torch.arange(len(course.cell), device=ids.device))
        row = first_row.index_select(0, point).add_(ids).int()
        begun = course.start.mT.contiguous()[:2].index_select(1, point)
        course.segments, rows, ends = follow(velocity, row, begun, course.tessellation)
        by_row = torch.flatten(corners, 0, 1).repeat_interleave(n_members, 1)
        course.at_end = torch.unflatten(by_row.index_select(1, rows), 0, (3, 2))
        x, y = _place(course.at_end, ends)
        torch.flatten(moved).scatter_(0, ids, torch.complex(x, y))
        return torch.view_as_real(moved.index_select(0, course.back).mT.contiguous())

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:  # noqa: ARG004
        velocity, _, _, ctx.course = inputs
        ctx.save_for_backward(velocity)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        (velocity,) = ctx.saved_tensors
        return *_apply(_FlowGradient, velocity, gradients[0], ctx.course), None, None

    @staticmethod
    def vmap(info: Any, in_dims: Any, *inputs: Any) -> tuple[Tensor, int]:
        *planes, course = inputs
        folded = [_fold(x, dim) for x, dim in zip(planes, in_dims[:3], strict=True)]
        moved = _apply(_Flow, *folded, course)
        return torch.unflatten(moved, 0, (info.batch_size, -1)), 0


class _FlowGradient(torch.autograd.Function):
    """The gradient with respect to the first two inputs of :class:`_Flow`.

    It is a function of its own, because vmap folds members into the batch here too.
    """

    @staticmethod
    def forward(velocity: Tensor, gradient: Tensor, course: Course) -> tuple[Tensor, Tensor]:
        moved = torch.view_as_complex(gradient.contiguous()).mT.contiguous()
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
        return along_paths(velocity, course.segments, ends), whole

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Nothing is kept: there is no second derivative."""

    @staticmethod
    def vmap(
        info: Any, in_dims: Any, velocity: Tensor, gradient: Tensor, course: Course
    ) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
        gradient = torch.flatten(gradient.movedim(in_dims[1], 0), 0, 1)
        found = _apply(_FlowGradient, _fold(velocity, in_dims[0]), gradient, course)
        found = tuple(torch.unflatten(x, -1, (info.batch_size, -1)) for x in found)
        return found, tuple(x.ndim - 2 for x in found)


def _apply(function: type[torch.autograd.Function], *inputs: Any) -> Any:
    return function.apply(*inputs)  # type: ignore[no-untyped-call]


def _fold(stacked: Tensor, dim: int) -> Tensor:
    """Join the stacked members' batches, which are last, into one."""
    return torch.flatten(stacked.movedim(dim, -2), -2)


def _move(whole: Tensor, corners: Tensor, course: Course) -> Tensor:
    """Return where the points are after unit time, complex numbers ``[N, B]``.

    These are the fastest to transpose.
    """
    table = (
        torch.einsum("kic,jkcb->cjbi", corners[:2], whole) + corners.permute(2, 0, 1)[:, :, None]
    )
    moved = whole.new_empty(len(course.start), 2 * whole.shape[3])
    for (start, out), by in zip(course.by_cell(course.start, moved), table, strict=True):
        torch.mm(start, torch.flatten(by, 1), out=out)
    return torch.view_as_complex(torch.unflatten(moved, 1, (-1, 2)))


def _leaving(whole: Tensor, bow: Tensor, course: Course) -> Tensor:
    """Return ``[N, B]``: may the parabola leave the triangle, by its control points?"""
    identity = torch.eye(3, dtype=whole.dtype, device=whole.device)[:, :, None, None]
    planes = []
    for added in (whole, bow):
        control = added + identity[:, :2]
        planes += [control, identity[:, 2:] - control.sum(1, keepdim=True)]
    table = torch.flatten(torch.cat(planes, 1).permute(2, 0, 1, 3), 2)
    starts = torch.split(course.start, course.counts)
    lowest = [
        torch.unflatten(start @ by, 1, (6, -1)).amin(1)
        for start, by in zip(starts, table, strict=True)
    ]
    return torch.cat(lowest) < -EDGE


def _place(corners: Tensor, x: Tensor) -> Tensor:
    """Return the points with coordinates ``[2, ...]`` in triangles with corners ``[3, 2, ...]``."""
    return torch.addcmul(corners[2], corners[0], x[0]).addcmul_(corners[1], x[1])


def _pull(corners: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient ``[2, n]`` with respect to coordinates of that with respect to points."""
    return torch.mul(corners[:2, 0], x).addcmul_(corners[:2, 1], y)
