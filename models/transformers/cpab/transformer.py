"""CPAB: the flow of a continuous velocity that is affine on each triangle of the image plane.

Freifeld et al., 2017, as VITAE uses it. The map of ``gamma`` takes every point along its velocity
for unit time; its inverse is the map of ``-gamma``, up to the error of the integration.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.transformers.base import Transformer
from models.transformers.cpab.flow import flow
from models.transformers.cpab.tessellation import Tessellation


class CPAB(Transformer):
    """Continuous piecewise-affine transformations of the image (VITAE, supplement, section 2).

    Args:
        tessellation: cells along the width and along the height.
        zero_boundary: no point crosses the image's border.
        volume_preserving: areas do not change.
        steps: number of steps of the published integration, the same for every point; 50 in the
            released code. A step is exact within a triangle, and in error where it crosses an edge.
            None is the integration of ``flow.flow``, which is much faster.
    """

    padding = "border"
    basis: Tensor

    def __init__(
        self,
        tessellation: tuple[int, int],
        zero_boundary: bool = True,
        volume_preserving: bool = False,
        steps: int | None = None,
    ) -> None:
        super().__init__()
        self.tessellation, self.closed = Tessellation(*tessellation), zero_boundary
        self.steps = steps
        basis = self.tessellation.basis(zero_boundary, volume_preserving)
        self.register_buffer("basis", basis.float(), persistent=False)
        self.dim = basis.shape[1]

    def velocities(self, gamma: Tensor) -> Tensor:
        """Return the matrices ``[B, C, 2, 3]`` of the velocity for gamma ``[B, dim]``.

        They take ``(x, y, 1)`` in ``[0, 1]`` to a velocity in image sides per unit time.
        """
        return torch.unflatten(gamma @ self.basis.mT.to(gamma.dtype), 1, (-1, 2, 3))

    def points(self, gamma: Tensor, points: Tensor, inverse: bool = False) -> Tensor:
        """Map points ``[N, 2]`` to ``[B, N, 2]`` (see :class:`Transformer`)."""
        gamma = -gamma if inverse else gamma
        if self.steps is None:
            (moved,) = flow([self._in_coordinates(gamma)], points, self.tessellation, self.closed)
            return moved
        return 2 * self._in_steps(self.velocities(gamma), (points + 1) / 2, self.steps) - 1

    def both_points(self, gamma: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Map points by ``T_gamma`` and by its inverse (see :class:`Transformer`)."""
        if self.steps is not None:
            return super().both_points(gamma, points)
        velocity = self._in_coordinates(gamma)
        there, back = flow([velocity, -velocity], points, self.tessellation, self.closed)
        return there, back

    def _in_coordinates(self, gamma: Tensor) -> Tensor:
        basis = self.tessellation.in_coordinates(self.basis.to(gamma.dtype))
        return torch.unflatten(torch.flatten(basis, 0, 1) @ gamma.mT, 0, (6, -1))

    def _in_steps(self, velocity: Tensor, start: Tensor, steps: int) -> Tensor:
        step = torch.linalg.matrix_exp(F.pad(velocity / steps, (0, 0, 0, 1)))[:, :, :2]
        table = step.flatten(2)
        moved = start.expand(len(velocity), -1, -1)
        for _ in range(steps):
            index = self.tessellation.locate(moved)[..., None].expand(-1, -1, 6)
            map_ = torch.unflatten(table.gather(1, index), 2, (2, 3))
            moved = (map_[..., :2] * moved[..., None, :]).sum(-1) + map_[..., 2]
        return moved
