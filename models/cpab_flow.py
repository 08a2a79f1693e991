"""The flow of a piecewise-affine velocity, with effort where it is needed.

Most points never leave the triangle they start in, and there the flow is one matrix: all points
take it. Only those that end elsewhere are integrated in steps. Which points these are depends on
the velocity, so shapes are not known beforehand: what ``torch.func.vmap`` must not see is inside a
``torch.autograd.Function`` that folds stacked members into the batch.
"""

from typing import Any

import torch
from torch import Tensor

from models.tessellation import Tessellation

SQUARINGS = 5
"""A step is ``2^-5`` of the unit time; squared so often it is the whole."""
ORDER = 6
"""Terms of a step's exponential series."""


def flow(velocity: Tensor, points: Tensor, tessellation: Tessellation) -> Tensor:
    """Move points along a velocity for unit time.

    Args:
        velocity: ``[B, C, 2, 3]``, see :meth:`models.cpab.CPAB.velocities`.
        points: ``[N, 2]`` in ``[0, 1]``, the same for every velocity.
        tessellation: where each triangle is.

    Returns:
        ``[B, N, 2]``. The gradient is with respect to the velocity alone.
    """
    return _apply_function(_Flow, velocity, points, tessellation)


def _integrate(velocity: Tensor, points: Tensor, tessellation: Tessellation) -> Tensor:
    step = _exponential(velocity / 2**SQUARINGS)
    powers = [step]
    for _ in range(SQUARINGS):
        powers.append(_then(powers[-1], powers[-1]))
    start = tessellation.locate(points)
    moved = _apply(powers[-1][:, start], points)
    with torch.no_grad():
        left = tessellation.locate(moved) != start
        # A path may leave its triangle and come back; it is looked at on the way as well.
        half, quarter = powers[-2][:, start], powers[-3][:, start]
        on_the_way = _apply(half, points), _apply(quarter, points)
        for there in (*on_the_way, _apply(quarter, on_the_way[0])):
            left |= tessellation.locate(there) != start
    members, places = left.nonzero(as_tuple=True)
    if not len(members):
        return moved
    table, first = torch.flatten(step, 0, 1), members * step.shape[1]
    travelling = points[places]
    for _ in range(2**SQUARINGS):
        cells = first + tessellation.locate(travelling.detach())
        travelling = _apply(table.index_select(0, cells), travelling)
    return moved.index_put((members, places), travelling)


def _exponential(velocity: Tensor) -> Tensor:
    """Return the flow for unit time of affine velocities ``[..., 2, 3]``, by its power series."""
    linear = velocity[..., :2]
    term, total = velocity, velocity
    for k in range(2, ORDER + 1):
        term = _product(linear, term) / k
        total = total + term
    return total + torch.eye(2, 3, dtype=velocity.dtype, device=velocity.device)


def _then(second: Tensor, first: Tensor) -> Tensor:
    """Return the map that is one after another, all ``[..., 2, 3]``."""
    composed = _product(second[..., :2], first)
    return torch.cat([composed[..., :2], composed[..., 2:] + second[..., 2:]], -1)


def _product(a: Tensor, b: Tensor) -> Tensor:
    """Return ``a @ b`` of ``[..., 2, 2]`` and ``[..., 2, 3]``: many tiny products at once."""
    return a[..., :, :1] * b[..., :1, :] + a[..., :, 1:] * b[..., 1:, :]


def _apply(maps: Tensor, points: Tensor) -> Tensor:
    x, y = points[..., 0], points[..., 1]
    return torch.stack(
        [maps[..., i, 0] * x + maps[..., i, 1] * y + maps[..., i, 2] for i in range(2)], -1
    )


class _Flow(torch.autograd.Function):
    @staticmethod
    def forward(velocity: Tensor, points: Tensor, tessellation: Tessellation) -> Tensor:
        return _integrate(velocity, points, tessellation)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:  # noqa: ARG004
        velocity, points, ctx.tessellation = inputs
        ctx.save_for_backward(velocity, points)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        velocity, points = ctx.saved_tensors
        inputs = velocity, points, gradient, ctx.tessellation
        return _apply_function(_FlowGradient, *inputs), None, None

    @staticmethod
    def vmap(
        info: Any, in_dims: Any, velocity: Tensor, points: Tensor, tessellation: Tessellation
    ) -> tuple[Tensor, int]:
        stacked = _fold(velocity, in_dims[0])
        moved = _apply_function(_Flow, stacked, _shared(points, in_dims[1]), tessellation)
        return torch.unflatten(moved, 0, (info.batch_size, -1)), 0


class _FlowGradient(torch.autograd.Function):
    @staticmethod
    def forward(
        velocity: Tensor, points: Tensor, gradient: Tensor, tessellation: Tessellation
    ) -> Tensor:
        with torch.enable_grad():
            leaf = velocity.detach().requires_grad_()
            moved = _integrate(leaf, points, tessellation)
        return torch.autograd.grad(moved, leaf, gradient)[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        pass

    @staticmethod
    def vmap(info: Any, in_dims: Any, *inputs: Any) -> tuple[Tensor, int]:
        velocity, points, gradient, tessellation = inputs
        found: Tensor = _apply_function(
            _FlowGradient,
            _fold(velocity, in_dims[0]),
            _shared(points, in_dims[1]),
            _fold(gradient, in_dims[2]),
            tessellation,
        )
        return torch.unflatten(found, 0, (info.batch_size, -1)), 0


def _apply_function(function: type[torch.autograd.Function], *inputs: Any) -> Tensor:
    result: Tensor = function.apply(*inputs)  # type: ignore[no-untyped-call]
    return result


def _fold(stacked: Tensor, dim: int) -> Tensor:
    """Join the stacked members' batches into one."""
    return torch.flatten(stacked.movedim(dim, 0), 0, 1)


def _shared(points: Tensor, dim: int | None) -> Tensor:
    if dim is not None:
        raise ValueError("the points of a CPAB transformation are the same for all members")
    return points
