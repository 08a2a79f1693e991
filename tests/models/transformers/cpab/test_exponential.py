"""Integrals of exponentials of 2x2 matrices against ``matrix_exp`` of a block matrix."""

import pytest
import torch
import torch.nn.functional as F

from models.transformers.cpab.exponential import integral, invariants, product

N = 7


@pytest.mark.parametrize("time", [0.25, 0.7])
@pytest.mark.parametrize("in_room", [False, True])
def test_integral_is_that_of_the_matrix_exponential(time: float, in_room: bool) -> None:
    """In ``expm([[A, I], [0, 0]] t)`` the block beside ``exp(A t)`` is the integral."""
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(N, 2, 2, generator=generator, dtype=torch.float64)
    planes = a.permute(2, 1, 0).flatten(0, 1)  # entry by entry, the first column first
    rooms = torch.empty(7, N, dtype=torch.float64)
    room = (rooms[:2].unbind(), rooms[2:].unbind()) if in_room else ()
    trace, determinant = invariants(planes, *room[:1])
    torch.testing.assert_close(determinant, torch.linalg.det(a))
    first, second = integral(trace.clone(), determinant.clone(), time, 20, *room[1:])
    ours = first[:, None, None] * torch.eye(2, dtype=torch.float64) + second[:, None, None] * a
    block = F.pad(
        torch.cat([a, torch.eye(2, dtype=torch.float64).expand(N, 2, 2)], 2), (0, 0, 0, 2)
    )
    expected = torch.linalg.matrix_exp(block * time)[:, :2, 2:]
    torch.testing.assert_close(ours, expected)


def test_product_is_that_of_matrices_by_columns() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, N, 2, 2, generator=generator, dtype=torch.float64)
    columns = product(a.permute(2, 1, 0), b.permute(2, 1, 0))
    torch.testing.assert_close(columns.permute(2, 1, 0), a @ b)
