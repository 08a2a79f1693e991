"""CPAB's gradient against differences of another integration, at every point by itself."""

import pytest
import torch
from torch import Tensor

from models.transformers.cpab.tessellation import Tessellation
from models.transformers.cpab.transformer import CPAB

N_POINTS = 200
STEP = 1e-3
"""Of the central differences, in gamma. An edge crossed within a step of Runge and Kutta is an
error of the order of that step's square, so the difference must not be small beside it."""


def derivative_by_differences(
    tessellation: Tessellation, basis: Tensor, gamma: Tensor, towards: Tensor, points: Tensor
) -> Tensor:
    """In sides of the image, ``[B, N, 2]``, of the flow of ``gamma`` [B, d] from points [N, 2]."""
    velocity = torch.cat([gamma + STEP * towards, gamma - STEP * towards]) @ basis.mT
    table = torch.unflatten(velocity, 1, (-1, 6))
    x, time = points.expand(len(table), -1, -1), 1 / 1000

    def at(x: Tensor) -> Tensor:
        index = tessellation.locate(x)[..., None].expand(-1, -1, 6)
        a, b, c, d, e, f = table.gather(1, index).unbind(-1)
        x, y = x.unbind(-1)
        return torch.stack([a * x + b * y + c, d * x + e * y + f], 2)

    for _ in range(1000):
        first = at(x)
        second = at(x + time / 2 * first)
        third = at(x + time / 2 * second)
        fourth = at(x + time * third)
        x = x + time / 6 * (first + 2 * second + 2 * third + fourth)
    more, less = x.chunk(2)
    return (more - less) / (2 * STEP)


def derivative_by_gradient(cpab: CPAB, gamma: Tensor, towards: Tensor, points: Tensor) -> Tensor:
    """The same by the gradients of every point, ``[2, N, 2]``: of the map and of its inverse.

    A member of the batch for each point, of whose moved points only that one counts.
    """
    gammas = gamma.expand(len(points), -1).clone().requires_grad_()
    moved = torch.stack(cpab.both_points(gammas, 2 * points - 1)) / 2
    own = moved.diagonal(dim1=1, dim2=2)  # [2, 2, N]
    out = torch.empty_like(own)
    for i in range(2):
        for k in range(2):
            (gradient,) = torch.autograd.grad(own[i, k].sum(), gammas, retain_graph=True)
            out[i, k] = gradient @ towards
    return out.movedim(1, 2)


@pytest.mark.parametrize("cells", [(2, 4), (4, 4)])
def test_gradient_of_every_point_in_random_directions(cells: tuple[int, int]) -> None:
    """For gamma and its direction of N(0, 1), where derivatives are up to 0.33 sides.

    Errors are in sides: measured up to 9e-3, 1.2e-3 at the quantile of 0.99, and 3.2e-4 in the root
    mean square. They are of paths that cross an edge a little early or late (see ``cpab.paths``).
    """
    cpab = CPAB(cells).double()
    cpab.basis = cpab.tessellation.basis(zero_boundary=True, volume_preserving=False)
    generator = torch.Generator().manual_seed(0)
    gammas, towards = torch.randn(2, 6, cpab.dim, generator=generator, dtype=torch.float64)
    points = torch.rand(N_POINTS, 2, generator=generator, dtype=torch.float64)
    args = cpab.basis, torch.cat([gammas, -gammas]), torch.cat([towards, -towards]), points
    expected = torch.unflatten(derivative_by_differences(cpab.tessellation, *args), 0, (2, -1))
    errors = []
    for i, (gamma, direction) in enumerate(zip(gammas, towards, strict=True)):
        derivative = derivative_by_gradient(cpab, gamma, direction, points)
        errors.append((derivative - expected[:, i]).abs())
    error = torch.cat(errors).flatten()
    assert error.max() < 1.5e-2
    assert error.quantile(0.99) < 2e-3
    assert error.square().mean().sqrt() < 5e-4
    assert expected.abs().max() > 0.2, "derivatives"
