"""The flow of a piecewise-affine velocity, with effort where it is needed.

Most points never leave the triangle they start in, and there the flow is one matrix. Only the paths
of the others are followed from triangle to triangle. Which points these are depends on the
velocity, so shapes are not known beforehand: what ``torch.func.vmap`` must not see is inside a
``torch.autograd.Function`` that folds stacked members into the batch.
"""

from typing import Any

import torch
from torch import Tensor

from models.cpab_paths import EDGE, Segments, follow, gradient, integral, invariants
from models.tessellation import Tessellation


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
    moved = _apply_function(_Flow, velocity, whole, bow, points, tessellation, Record())
    return moved.permute(2, 1, 0)


def _unit_time(velocity: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a triangle's flow adds to positions ``(x, 1)``, two ``[3, 2, C, B]``.

    The first is that of unit time. The second is to the middle control point of the path, if that
    is a parabola through where it is at half of the time.
    """
    columns = torch.unflatten(velocity, 0, (3, 2))
    a, b = integral(*invariants(velocity), 0.5)
    half = a * columns + b * _product(columns, columns)
    again = _product(half, half)
    return 2 * half + again, (half - again / 2).detach()


def _product(first: Tensor, second: Tensor) -> Tensor:
    return first[0] * second[:, :1] + first[1] * second[:, 1:]


class Record:
    """What a flow leaves for its gradient."""

    points: Tensor
    cell: Tensor
    cells: Tensor
    ids: Tensor
    start: Tensor
    segments: list[Segments]


def _move(whole: Tensor, cell: Tensor, start: Tensor) -> Tensor:
    by = whole.index_select(2, cell)
    return torch.addcmul(by[2].add_(start), by[0], start[0]).addcmul_(by[1], start[1])


class _Flow(torch.autograd.Function):
    @staticmethod
    def forward(
        velocity: Tensor,
        whole: Tensor,
        bow: Tensor,
        points: Tensor,
        tessellation: Tessellation,
        record: Record,
    ) -> Tensor:
        cell = tessellation.locate(points)
        start = tessellation.coordinates(points, cell)[..., None]
        moved = _move(whole, cell, start)
        on_way = _move(bow, cell, start)
        lowest = torch.minimum(moved, on_way).amin(0)
        most = torch.maximum(moved.sum(0), on_way.sum(0))
        left = torch.minimum(lowest, 1 - most) < -EDGE
        ids = left.flatten().nonzero()[:, 0]
        place = ids // velocity.shape[2]
        member = ids - place * velocity.shape[2]
        segments, cells, ends = follow(velocity, member, cell.index_select(0,place), start[:, :, 0].index_select(1, place), tessellation)
        corners = tessellation.corners.to(points)
        out = _place(corners.index_select(2, cell)[..., None], moved)
        if len(ids):
            record.at = corners.flatten(0,1).index_select(1, cells).unflatten(0,(3,2))
            out.flatten(1).index_copy_(1, ids, _place(record.at, ends))
        record.cell, record.start, record.ids = cell, start, ids
        record.segments, record.cells = segments, cells
        return out

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:  # noqa: ARG004
        velocity, _, _, _, ctx.tessellation, ctx.record = inputs
        ctx.save_for_backward(velocity)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        (velocity,) = ctx.saved_tensors
        inputs = velocity, gradient, ctx.tessellation, ctx.record
        return *_FlowGradient.apply(*inputs), None, None, None, None

    @staticmethod
    def vmap(
        info: Any, in_dims: Any, velocity: Tensor, whole: Tensor, bow: Tensor, points: Tensor, *rest
    ) -> tuple[Tensor, int]:
        stacked = [_fold(x, d) for x, d in zip((velocity, whole, bow), in_dims)]
        moved = _apply_function(_Flow, *stacked, _shared(points, in_dims[3]), *rest)
        return torch.unflatten(moved, -1, (info.batch_size, -1)), moved.ndim - 1


def _place(corners: Tensor, x: Tensor) -> Tensor:
    return torch.addcmul(corners[2], corners[0], x[0]).addcmul_(corners[1], x[1])


class _FlowGradient(torch.autograd.Function):
    @staticmethod
    def forward(
        velocity: Tensor, grad: Tensor, tessellation: Tessellation, record: Record
    ) -> tuple[Tensor, Tensor]:
        corners = tessellation.corners.to(grad)
        cell, start, ids = record.cell, record.start, record.ids
        grad = grad.contiguous()
        at = record.at if len(ids) else corners.index_select(2, record.cells)
        g = grad.flatten(1).index_select(1, ids)
        ends = torch.stack([(at[0] * g).sum(0), (at[1] * g).sum(0)])
        at = corners.index_select(2, cell)[..., None]
        g = torch.stack([(at[0] * grad).sum(0), (at[1] * grad).sum(0)])
        g.flatten(1).index_fill_(1, ids, 0)
        whole = grad.new_zeros(3, 2, *velocity.shape[1:])
        for k in range(2):
            whole[k].index_add_(1, cell, g * start[k])
        whole[2].index_add_(1, cell, g)
        own = gradient(velocity, record.segments, ends)
        return own, whole

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        pass

    @staticmethod
    def vmap(info: Any, in_dims: Any, velocity, grad, tessellation, record) -> Any:
        found = _FlowGradient.apply(
            _fold(velocity, in_dims[0]), _fold(grad, in_dims[1]), tessellation, record
        )
        out = tuple(torch.unflatten(x, -1, (info.batch_size, -1)) for x in found)
        return out, tuple(x.ndim - 2 for x in out)


def _apply_function(function: type[torch.autograd.Function], *inputs: Any) -> Tensor:
    result: Tensor = function.apply(*inputs)  # type: ignore[no-untyped-call]
    return result


def _fold(stacked: Tensor, dim: int) -> Tensor:
    """Join the stacked members' batches, which are last, into one."""
    return torch.flatten(stacked.movedim(dim, -2), -2)


def _shared(points: Tensor, dim: int | None) -> Tensor:
    if dim is not None:
        raise ValueError("the points of a CPAB transformation are the same for all members")
    return points
