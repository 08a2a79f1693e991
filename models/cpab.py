"""CPAB: the flow of a continuous velocity that is affine on each triangle of the image plane.

Freifeld et al., 2017, as VITAE uses it. The map of ``gamma`` takes every point along its velocity
for unit time; its inverse is the map of ``-gamma``, up to the error of the integration.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.tessellation import Tessellation
from models.transformers import Transformer


class CPAB(Transformer):
    """Continuous piecewise-affine transformations of the image (VITAE, supplement, section 2).

    Args:
        tessellation: cells along the width and along the height.
        zero_boundary: nothing crosses the image's border.
        volume_preserving: areas stay as they are.
        steps: of the integration. A point moves exactly while it is in one triangle; what a step
            across an edge misses is the error, about 5e-5 of the image's side with 50 steps.
    """

    padding = "border"
    basis: Tensor

    def __init__(
        self,
        tessellation: tuple[int, int],
        zero_boundary: bool = True,
        volume_preserving: bool = False,
        steps: int = 50,
    ) -> None:
        super().__init__()
        self.tessellation, self.steps = Tessellation(*tessellation), steps
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
        velocity = self.velocities(-gamma if inverse else gamma)
        step = torch.linalg.matrix_exp(F.pad(velocity / self.steps, (0, 0, 0, 1)))[:, :, :2]
        table = step.flatten(2)
        moved = ((points + 1) / 2).expand(len(gamma), -1, -1)
        for _ in range(self.steps):
            index = self.tessellation.locate(moved)[..., None].expand(-1, -1, 6)
            map_ = torch.unflatten(table.gather(1, index), 2, (2, 3))
            moved = (map_[..., :2] * moved[..., None, :]).sum(-1) + map_[..., 2]
        return 2 * moved - 1
