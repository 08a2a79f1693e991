"""A body before a pinhole camera: joints of basis weights, and where they are in the image.

Space is right, down, away from the camera; the image's middle is 0, and a focal length is in half
images, so that places in the image are from -1 to 1.
"""

import torch
from torch import Tensor

NEAREST = 0.1
"""Joints that are nearer to the camera, or behind it, are taken to be as far as this; metres."""


def bodies(basis: Tensor, weights: Tensor) -> Tensor:
    """Return joints ``[B, J, 3]`` of basis weights: ``mean + sum_k weight_k row_k``.

    Args:
        basis: ``[1 + K, 3 J]``, the mean and K rows.
        weights: ``[B, K]``.
    """
    flat = basis[0] + weights @ basis[1:]
    return flat.reshape(*flat.shape[:-1], -1, 3)


def weights_of(basis: Tensor, joints: Tensor) -> Tensor:
    """Return the weights ``[B, K]`` whose bodies are nearest to joints ``[B, J, 3]``.

    Args:
        basis: ``[1 + K, 3 J]``, the mean and K rows at right angles to one another.
        joints: the bodies.
    """
    rows = basis[1:]
    off = joints.flatten(-2) - basis[0]
    return off @ (rows / rows.square().sum(-1, keepdim=True)).mT


def before_camera(joints: Tensor, rotation: Tensor, translation: Tensor) -> Tensor:
    """Return ``R X + T`` for joints ``[B, J, 3]``, ``[B, 3, 3]`` and ``[B, 3]``."""
    return joints @ rotation.mT + translation[..., None, :]


def projected(points: Tensor, focal: Tensor) -> Tensor:
    """Return where a pinhole camera sees points, ``[B, J, 2]``: ``f (x, y) / z``.

    Args:
        points: ``[B, J, 3]`` before the camera.
        focal: ``[B]``, in half images.
    """
    depth = points[..., 2:].clamp(min=NEAREST)
    return focal[..., None, None] * points[..., :2] / depth


def heatmaps(places: Tensor, size: int, sigma: float) -> Tensor:
    """Return a map of ``size`` x ``size`` cells for each place, a Gaussian around it of height 1.

    A cell's value is the Gaussian's at its middle, so that a place between cells shows in several.

    Args:
        places: ``[B, J, 2]`` from -1 to 1; those outside leave the maps dark.
        size: cells along each side.
        sigma: the Gaussian's standard deviation, in cells.

    Returns:
        ``[B, J, size, size]`` in [0, 1].
    """
    cells = torch.arange(size, dtype=places.dtype, device=places.device)
    at = size * (places + 1) / 2 - 0.5
    off = cells - at[..., None]
    x, y = (off.square() / (-2 * sigma**2)).exp().unbind(-2)
    return y[..., :, None] * x[..., None, :]
