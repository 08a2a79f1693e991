"""Tessellations: their triangles, and the basis of the velocities against its constraints."""

import pytest
import torch
from torch import Tensor

from models.transformers.cpab.tessellation import Tessellation

GRIDS = [((1, 1), 2), ((2, 2), 14), ((2, 4), 30), ((3, 3), 34), ((4, 4), 62)]
"""Tessellations and their dimensions with zero velocity across the border."""


@pytest.mark.parametrize(("cells", "d"), GRIDS)
def test_dimension_and_orthonormal_basis(cells: tuple[int, int], d: int) -> None:
    basis = Tessellation(*cells).basis(zero_boundary=True, volume_preserving=False)
    assert basis.shape == (24 * cells[0] * cells[1], d)
    torch.testing.assert_close(basis.mT @ basis, torch.eye(d, dtype=torch.float64))


@pytest.mark.parametrize(("cells", "d"), [((2, 4), 46), ((4, 4), 82)])
def test_dimension_without_boundary_is_two_a_vertex(cells: tuple[int, int], d: int) -> None:
    assert Tessellation(*cells).basis(zero_boundary=False, volume_preserving=False).shape[1] == d


@pytest.mark.parametrize("cells", [(2, 4), (4, 4)])
def test_basis_spans_the_null_space_of_the_constraints(cells: tuple[int, int]) -> None:
    """The constraints written out: agreement at both vertices that two triangles share, and no
    velocity across the border. What they leave has the basis' dimension and contains it."""
    tessellation = Tessellation(*cells)
    basis = tessellation.basis(zero_boundary=True, volume_preserving=False)
    triangles, vertices = tessellation.triangles.tolist(), tessellation.vertices
    rows = []

    def row(*parts: tuple[int, int, Tensor]) -> None:
        constraint = torch.zeros(len(triangles), 2, 3, dtype=torch.float64)
        for triangle, component, coefficients in parts:
            constraint[triangle, component] += coefficients
        rows.append(constraint.flatten())

    for a, first in enumerate(triangles):
        for vertex in first:
            point = torch.cat([vertices[vertex], torch.ones(1, dtype=torch.float64)])
            for component in range(2):
                if vertices[vertex, component] in (0, 1):
                    row((a, component, point))
                for b, second in enumerate(triangles[:a]):
                    if vertex in second and len(set(first) & set(second)) == 2:
                        row((a, component, point), (b, component, -point))
    constraints = torch.stack(rows)
    assert (constraints @ basis).abs().max() < 1e-12
    rank = int(torch.linalg.matrix_rank(constraints, atol=1e-6))
    assert constraints.shape[1] - rank == basis.shape[1]


def test_volume_preserving_velocities_have_no_divergence() -> None:
    basis = Tessellation(2, 4).basis(zero_boundary=True, volume_preserving=True)
    matrices = basis.view(-1, 2, 3, basis.shape[1])
    assert basis.shape[1] > 0
    assert (matrices[:, 0, 0] + matrices[:, 1, 1]).abs().max() < 1e-12
    torch.testing.assert_close(basis.mT @ basis, torch.eye(basis.shape[1], dtype=torch.float64))


def test_triangles_are_found_by_their_centroids() -> None:
    tessellation = Tessellation(3, 2)
    centroids = tessellation.vertices[tessellation.triangles].mean(1)
    assert tessellation.locate(centroids).tolist() == list(range(24))
