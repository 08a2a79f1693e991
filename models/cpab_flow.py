"""The flow of a piecewise-affine velocity, with effort where it is needed.

Points that do not leave the triangle they start in, about half of them, are moved by one matrix.
Only the paths of the others are followed from triangle to triangle. Which points these are depends
on the velocity, so shapes are not known beforehand: what ``torch.func.vmap`` must not see is inside
a ``torch.autograd.Function`` that folds stacked members into the batch.
"""

from typing import Any

import torch
from torch import Tensor

from models.cpab_paths import EDGE, Segments, along_paths, follow, integral, invariants
from models.tessellation import Tessellation

TERMS = 15
"""Of the series of a triangle's exponential for half of the time: few matrices, of any size."""


def flow(velocity: Tensor, points: Tensor, tessellation: Tessellation) -> Tensor:
    """Move points along a velocity for unit time.

    Args:
        velocity: ``[6, C, B]``, see :meth:`models.tessellation.Tessellation.in_coordinates`.
        points: ``[N, 2]`` in ``[0, 1]``, the same for every velocity.
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
    a, b = integral(*invariants(velocity), 0.5, TERMS)
    half = a * columns + b * _product(columns, columns)
    again = _product(half, half)
    return 2 * half + again, (half - again / 2).detach()


def _product(first: Tensor, second: Tensor) -> Tensor:
    return first[0] * second[:, :1] + first[1] * second[:, 1:]


class Course:
    """What a flow knows of its points, and what its forward pass leaves for the gradient.

    Attributes:
        tessellation: where each triangle is.
        points: ``[N, 2]`` in ``[0, 1]``, the same for all stacked members.
        cell: ``[N]``, the triangle in which each point starts.
        start: ``[2, N, 1]``, its coordinates there.
        ids: ``[n]``, which of the ``N B`` moved points leave their triangle.
        segments: of these points' paths.
        corners: ``[3, 2, n]``, of the triangles where these paths end.
    """

    segments: list[Segments]
    ids: Tensor
    corners: Tensor

    def __init__(self, points: Tensor, tessellation: Tessellation) -> None:
        self.tessellation, self.points = tessellation, points
        self.cell = tessellation.locate(points)
        self.start = tessellation.coordinates(points, self.cell)[..., None]


class _Flow(torch.autograd.Function):
    """From velocity and what :func:`_unit_time` returns to ``[B, N, 2]``."""

    @staticmethod
    def forward(velocity: Tensor, whole: Tensor, bow: Tensor, course: Course) -> Tensor:
        cell, start = course.cell, course.start
        corners = course.tessellation.corners.to(velocity)
        moved = _move(whole, cell, start)
        course.ids = ids = _leaving(moved, _move(bow, cell, start))
        out = _place(corners.index_select(2, cell)[..., None], moved)
        n_members = velocity.shape[2]
        point = ids // n_members
        member, begun = ids - point * n_members, start[..., 0].index_select(1, point)
        paths = member, cell.index_select(0, point), begun
        course.segments, cells, ends = follow(velocity, *paths, course.tessellation)
        at_end = torch.flatten(corners, 0, 1).index_select(1, cells)
        course.corners = torch.unflatten(at_end, 0, (3, 2))
        torch.flatten(out, 1).index_copy_(1, ids, _place(course.corners, ends))
        # From planes [2, N, B], by way of complex numbers: the fastest transposition there is.
        return torch.view_as_real(torch.complex(out[0], out[1]).mT.contiguous())

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
        corners = course.tessellation.corners.to(gradient).index_select(2, course.cell)
        gradient = gradient.permute(2, 1, 0).contiguous()
        ends = _pull(course.corners, torch.flatten(gradient, 1).index_select(1, course.ids))
        stayed = _pull(corners[..., None], gradient)
        torch.flatten(stayed, 1).index_fill_(1, course.ids, 0)
        whole = gradient.new_zeros(3, 2, *velocity.shape[1:])
        for k in range(2):
            whole[k].index_add_(1, course.cell, stayed * course.start[k])
        whole[2].index_add_(1, course.cell, stayed)
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


def _move(whole: Tensor, cell: Tensor, start: Tensor) -> Tensor:
    """Return ``[2, N, B]``: positions ``[2, N, 1]`` and what ``[3, 2, C, B]`` adds to them."""
    by = whole.index_select(2, cell)
    return torch.addcmul(by[2].add_(start), by[0], start[0]).addcmul_(by[1], start[1])


def _leaving(moved: Tensor, bow: Tensor) -> Tensor:
    """Return which of the ``N B`` parabolas may not be in the triangle, by their control points."""
    lowest = torch.minimum(moved, bow).amin(0)
    most = torch.maximum(moved.sum(0), bow.sum(0))
    outside = torch.minimum(lowest, 1 - most) < -EDGE
    return torch.flatten(outside).nonzero()[:, 0]


def _place(corners: Tensor, x: Tensor) -> Tensor:
    """Return the points with coordinates ``[2, ...]`` in triangles with corners ``[3, 2, ...]``."""
    return torch.addcmul(corners[2], corners[0], x[0]).addcmul_(corners[1], x[1])


def _pull(corners: Tensor, gradient: Tensor) -> Tensor:
    """Return the gradient with respect to coordinates of that with respect to points."""
    pulled = torch.empty_like(gradient)
    for k in range(2):
        torch.mul(corners[k, 0], gradient[0], out=pulled[k]).addcmul_(corners[k, 1], gradient[1])
    return pulled
