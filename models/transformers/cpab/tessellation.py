"""Tessellation of the unit square by triangles, and the velocities that are affine on each.

Freifeld et al., 2017 (CPAB); VITAE's released ``libcpab``. Coordinates are ``(x, y)`` in
``[0, 1]``, y down.
"""

from itertools import product

import torch
from torch import Tensor


class Tessellation:
    """``nx * ny`` rectangles, each cut into four triangles by its diagonals.

    Triangle ``4 (i + nx j) + k`` is the top, right, bottom or left one (k = 0..3) of the rectangle
    in column i and row j.

    Args:
        nx: rectangles along x.
        ny: rectangles along y.
    """

    def __init__(self, nx: int, ny: int) -> None:
        self.nx, self.ny = nx, ny
        corners = [(i / nx, j / ny) for j, i in product(range(ny + 1), range(nx + 1))]
        centres = [((i + 0.5) / nx, (j + 0.5) / ny) for j, i in product(range(ny), range(nx))]
        self.vertices = torch.tensor(corners + centres, dtype=torch.float64)
        """``[V, 2]``: the rectangles' corners, row by row, then their centres."""
        self.triangles = torch.tensor(self._triangles())
        """``[C, 3]``: the vertices of each triangle: even corner, odd corner, centre."""
        vertices = self.vertices[self.triangles]
        self.corners = torch.stack(
            [vertices[:, 0] - vertices[:, 2], vertices[:, 1] - vertices[:, 2], vertices[:, 2]]
        ).mT.contiguous()
        """``[3, 2, C]``: a point is ``x0 corners[0] + x1 corners[1] + corners[2]``."""
        self.inverse = torch.linalg.inv(self.corners[:2].permute(2, 1, 0))
        """``[C, 2, 2]``: maps an offset from a triangle's centre to its coordinates."""
        self.across, self.opening = self._neighbours()

    def _triangles(self) -> list[tuple[int, int, int]]:
        triangles = []
        for j, i in product(range(self.ny), range(self.nx)):
            top_left = i + (self.nx + 1) * j
            bottom_left = top_left + self.nx + 1
            around = (top_left, top_left + 1, bottom_left + 1, bottom_left)
            centre = (self.nx + 1) * (self.ny + 1) + i + self.nx * j
            for k in range(4):
                two = around[k], around[(k + 1) % 4]
                triangles.append((*(two if (i + j + k) % 2 == 0 else two[::-1]), centre))
        return triangles

    def _neighbours(self) -> tuple[Tensor, Tensor]:
        edges: dict[tuple[int, frozenset[int]], list[int]] = {}
        triangles = self.triangles.tolist()
        for cell, triangle in enumerate(triangles):
            for e in range(3):
                edges.setdefault((e, frozenset(triangle) - {triangle[e]}), []).append(cell)
        beyond = torch.arange(len(triangles)).repeat(3, 1)
        for (e, _), cells in edges.items():
            if len(cells) == 2:
                beyond[e, cells] = torch.tensor(cells[::-1])
        same = torch.arange(len(triangles))
        turns = torch.stack([same, beyond[0], beyond[1], beyond[1][beyond[0]]], 1)
        across = torch.cat([turns, beyond[2][turns]], 1)
        return across, (beyond[2] != same).double()

    def coordinates(self, points: Tensor, cell: Tensor) -> Tensor:
        """Return the coordinates ``[2, N]`` of points ``[N, 2]`` in the triangles ``[N]``."""
        matrix = self.inverse.to(points)[cell]
        offset = points - self.corners[2].mT.to(points)[cell]
        coordinates: Tensor = (matrix @ offset[..., None])[..., 0]
        return coordinates.mT.contiguous()

    def in_coordinates(self, basis: Tensor) -> Tensor:
        """Return the basis ``[6 C, d]`` as velocities of the coordinates, planes ``[6, C, d]``."""
        to = self.corners.to(basis).permute(2, 1, 0)  # [C, 2, 3]
        full = torch.cat([to, torch.zeros_like(to[:, :1])], 1)
        full[:, 2, 2] = 1
        v = torch.unflatten(basis, 0, (-1, 2, 3))
        out = torch.einsum("cij,cjkd,ckl->licd", self.inverse.to(basis), v, full)
        return torch.flatten(out, 0, 1)

    def locate(self, points: Tensor) -> Tensor:
        """Return the triangle of each point ``[..., 2]``; outside, one of the nearest rectangle.

        A point on an edge is in either of its triangles, whose velocities agree there.
        """
        x, y = points[..., 0] * self.nx, points[..., 1] * self.ny
        i, j = x.floor().clamp(0, self.nx - 1), y.floor().clamp(0, self.ny - 1)
        x, y = x - i - 0.5, y - j - 0.5
        vertical = torch.where(y < 0, 0, 2)
        horizontal = torch.where(x > 0, 1, 3)
        k = torch.where(y.abs() >= x.abs(), vertical, horizontal)
        return 4 * (i + self.nx * j).long() + k

    def basis(self, zero_boundary: bool, volume_preserving: bool) -> Tensor:
        """Return an orthonormal basis of the velocities, ``[6 C, d]``.

        A column holds the matrices ``[2, 3]`` of all triangles, row by row. A continuous velocity
        is determined by its values at the vertices; the basis orthonormalises these hat functions
        (by QR with a positive diagonal, which is unique).

        Args:
            zero_boundary: the velocity across the square's border is 0; along it points may slide.
            volume_preserving: the divergence is 0 in every triangle.
        """
        free = torch.ones_like(self.vertices, dtype=torch.bool)
        if zero_boundary:
            free = (self.vertices > 0) & (self.vertices < 1)
        orthonormal, triangular = torch.linalg.qr(self._hats()[:, free.flatten()])
        basis: Tensor = orthonormal * triangular.diagonal().sign()
        if volume_preserving:
            by_triangle = basis.view(-1, 2, 3, basis.shape[1])
            divergence = by_triangle[:, 0, 0] + by_triangle[:, 1, 1]
            basis = basis @ _null_space(divergence)
        return basis

    def _hats(self) -> Tensor:
        """Return the velocities that are 1 in one component at one vertex, ``[6 C, 2 V]``."""
        corners = self.vertices[self.triangles]
        homogeneous = torch.cat([corners, torch.ones_like(corners[..., :1])], 2)
        # Column m of the inverse holds the coefficients of (x, y, 1) of corner m's own hat.
        hats = torch.linalg.inv(homogeneous)
        velocities = hats.new_zeros(len(corners), 2, 3, len(self.vertices), 2)
        for triangle, vertices in enumerate(self.triangles.tolist()):
            for corner, vertex in enumerate(vertices):
                for component in range(2):
                    coefficients = hats[triangle, :, corner]
                    velocities[triangle, component, :, vertex, component] = coefficients
        return torch.flatten(torch.flatten(velocities, 0, 2), 1)


def _null_space(matrix: Tensor) -> Tensor:
    """Return an orthonormal basis ``[d, k]`` of what ``matrix`` ``[m, d]`` maps to 0."""
    _, singular, rows = torch.linalg.svd(matrix, full_matrices=True)
    null_space: Tensor = rows[int((singular > 1e-6).sum()) :].mT
    return null_space
