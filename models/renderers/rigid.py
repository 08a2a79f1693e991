"""A still scene before a moving camera: points of a depth map, and how they move in the image.

Pixels are counted from 0 to the right and down, whole numbers at their centres. Depth is along the
optical axis. Intrinsics are ``[4]`` or ``[B, 4]``: ``fx, fy, cx, cy`` in pixels. A motion takes
points of the first camera's frame (right, down, away) to the second's: ``R x + T``.
"""

import torch
from torch import Tensor

NEAREST = 0.1
"""Points nearer to the second camera, or behind it, are taken to be as far as this."""


def pixels(height: int, width: int, like: Tensor) -> Tensor:
    """Return the places of all pixels, ``[2, H, W]``: to the right and down."""
    rows = torch.arange(height, dtype=like.dtype, device=like.device)
    columns = torch.arange(width, dtype=like.dtype, device=like.device)
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack([x, y])


def rays(intrinsics: Tensor, height: int, width: int) -> Tensor:
    """Return the points at depth 1 that pixels see, ``[..., 3, H, W]``."""
    fx, fy, cx, cy = (each[..., None, None] for each in intrinsics.unbind(-1))
    x, y = pixels(height, width, intrinsics)
    right, down = (x - cx) / fx, (y - cy) / fy
    return torch.stack([right, down, torch.ones_like(right)], dim=-3)


def angle_field(intrinsics: Tensor, height: int, width: int) -> Tensor:
    """Return the angles under which pixels see, ``[..., 2, H, W]`` radians: right and down."""
    return rays(intrinsics, height, width)[..., :2, :, :].atan()


def back_projected(depth: Tensor, intrinsics: Tensor) -> Tensor:
    """Return the points ``[B, 3, H, W]`` that depth maps ``[B, 1, H, W]`` show."""
    return depth * rays(intrinsics, *depth.shape[-2:])


def rigid_flow(depth: Tensor, rotation: Tensor, translation: Tensor, intrinsics: Tensor) -> Tensor:
    """Return how far pixels move to the right and down, ``[B, 2, H, W]`` in pixels.

    Args:
        depth: ``[B, 1, H, W]`` of the first camera.
        rotation: ``[B, 3, 3]``.
        translation: ``[B, 3]``, in the unit of depth.
        intrinsics: of both cameras.
    """
    height, width = depth.shape[-2:]
    points = back_projected(depth, intrinsics).flatten(-2)
    moved = rotation @ points + translation[..., None]
    near = moved[..., 2:, :].clamp(min=NEAREST)
    fx, fy, cx, cy = (each[..., None] for each in intrinsics.unbind(-1))
    x, y, _ = (moved / near).unbind(-2)
    at = torch.stack([fx * x + cx, fy * y + cy], dim=-2)
    return at.reshape(*at.shape[:-1], height, width) - pixels(height, width, depth)


def warped(image: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """Return an image as it is where a flow leads to, and where that is within it.

    Bilinear interpolation between pixels; outside the image it is 0.

    Args:
        image: ``[B, C, H, W]``, the second one.
        flow: ``[B, 2, H, W]``, from the first to the second, in pixels.

    Returns:
        The second image moved back onto the first, and ``[B, 1, H, W]``, 1 where it was seen.
    """
    height, width = flow.shape[-2:]
    at = pixels(height, width, flow) + flow
    x, y = at.unbind(-3)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    scale = torch.tensor([2 / (width - 1), 2 / (height - 1)], dtype=flow.dtype, device=flow.device)
    grid = at.movedim(-3, -1) * scale - 1
    seen = torch.nn.functional.grid_sample(image, grid, padding_mode="zeros", align_corners=True)
    return seen, inside.to(image.dtype)[..., None, :, :]
