"""Spatial transformers: families of maps of the image plane that warp images.

Points are ``(x, y)`` with x to the right and y down; the corner pixels are centred at -1 and 1
(``align_corners=True`` everywhere: VITAE's released code predates the other convention). A warp is
a pull-back: the output pixel at ``u`` shows the input at ``T_gamma(u)``. So a map that enlarges
gives a smaller picture, and un-warping is the pull-back by the inverse map.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Transformer(nn.Module):
    """A family of maps ``T_gamma`` of the plane; subclasses define how points are mapped.

    Attributes:
        dim: number of parameters, the length of gamma.
        padding: mode of ``grid_sample`` outside the image.
    """

    dim: int
    padding = "zeros"

    def points(self, gamma: Tensor, points: Tensor, inverse: bool = False) -> Tensor:
        """Map points by ``T_gamma`` or its inverse.

        Args:
            gamma: ``[B, dim]``.
            points: ``[N, 2]``, the same for every gamma.
            inverse: apply the inverse map.

        Returns:
            ``[B, N, 2]``.
        """
        raise NotImplementedError

    def both_points(self, gamma: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Map points by ``T_gamma``, as after its inverse, and by that (see :meth:`points`)."""
        forth = self.points(self.after_inverse(gamma), points)
        return forth, self.points(gamma, points, inverse=True)

    def after_inverse(self, gamma: Tensor) -> Tensor:
        """Return the parameters ``[B, dim]`` of a forward map that follows on the inverse of gamma.

        They are gamma, but for a transformer that reproduces an inverse taken in place.
        """
        return gamma

    def warp(self, image: Tensor, gamma: Tensor, inverse: bool = False) -> Tensor:
        """Return the pull-back of ``image`` ``[B, C, H, W]`` by ``T_gamma`` or its inverse."""
        return self.pull_back(image, self.points(gamma, pixel_centres(image), inverse))

    def pull_back(self, image: Tensor, points: Tensor) -> Tensor:
        """Return the image sampled at points ``[B, H * W, 2]``, ``[B, C, H, W]``.

        Where a map is not finite the whole image is NaN, whatever the padding: ``grid_sample`` may
        read NaN as -1, and then a map that overflowed, or the inverse of a singular one, would go
        unnoticed.
        """
        warped = F.grid_sample(
            image,
            torch.unflatten(points, 1, image.shape[2:]),
            padding_mode=self.padding,
            align_corners=True,
        )
        nan_unless_finite = 0 * points.detach().sum((1, 2))
        return warped + nan_unless_finite[:, None, None, None]


def pixel_centres(image: Tensor) -> Tensor:
    """Return the centres ``(x, y)`` of the pixels of images ``[..., H, W]``, row by row.

    They are ``[H * W, 2]`` in ``[-1, 1]``.
    """
    height, width = image.shape[-2:]
    y = torch.linspace(-1, 1, height, dtype=image.dtype, device=image.device)
    x = torch.linspace(-1, 1, width, dtype=image.dtype, device=image.device)
    return torch.cartesian_prod(y, x).flip(1)
