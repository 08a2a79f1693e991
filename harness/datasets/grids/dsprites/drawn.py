"""Draws the images of dSprites: a white square, ellipse or heart on black, 64x64.

A pixel is white where its centre is inside the shape; nothing is smoothed. The measures below were
fitted to the 320 images that the set's authors show (``dsprites.gif`` in their repository). Drawn
like this, 286 of them are the same to the pixel and 34 differ, each by at most 4 of 4,096 pixels.
"""

from collections.abc import Callable, Mapping

import numpy as np

from harness.datasets.grids.pixels import SIZE

FIRST, LAST = 16.0, 48.0
"""Where the middle of a shape is at the first and at the last of its 32 places, pixels."""
SQUARE = 9.6
"""Half the side of the largest square, pixels."""
ELLIPSE = 12.76, 7.22
"""Half axes of the largest ellipse, pixels."""
HEART = 0.5997, 0.6626, -1.432
"""Pixels a unit of the curve of the largest heart, across and down, and how far down it stands."""

_REACH = 15  # pixels; no shape reaches further from its middle
_ANGLES = 1 << 16  # of the table of a heart's radius

Inside = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Whether points are inside the largest shape, from their places across it and down."""


def draw(factors: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return images.

    Args:
        factors: ``[n]`` each: ``shape`` (0 square, 1 ellipse, 2 heart), ``scale`` (0-5 for 0.5 to
            1), ``orientation`` (0-39 for 0 to 2 pi counter-clockwise, so that the first and the
            last look alike), ``x`` and ``y`` (0-31, from the left and from the top).

    Returns:
        ``[n, 1, 64, 64]`` uint8, 0 or 255.
    """
    middle = FIRST + (LAST - FIRST) / 31 * np.stack([factors["x"], factors["y"]])
    corner = np.floor(middle).astype(np.int64) - _REACH
    across, down = corner[..., None] + np.arange(2 * _REACH + 1)
    x, y = ((at + 0.5 - mid[:, None]) for at, mid in zip((across, down), middle, strict=True))
    turn = 2 * np.pi / 39 * factors["orientation"]
    scale = 0.5 + 0.1 * factors["scale"]
    cos, sin = (of(turn) / scale for of in (np.cos, np.sin))
    u = _sum(cos[:, None] * x, -sin[:, None] * y)
    v = _sum(sin[:, None] * x, cos[:, None] * y)
    white = np.empty(u.shape, bool)
    for shape, inside in enumerate(INSIDE):
        chosen = factors["shape"] == shape
        white[chosen] = inside(u[chosen], v[chosen])
    images = np.zeros((len(turn), 1, SIZE, SIZE), np.uint8)
    rows = np.arange(len(turn))[:, None, None]
    images[rows, 0, down[:, :, None], across[:, None, :]] = np.where(white, 255, 0)
    return images


def _sum(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return np.asarray(across.astype(np.float32)[:, None, :] + down.astype(np.float32)[:, :, None])


def _in_square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(np.abs(u), np.abs(v)) < SQUARE)


def _in_ellipse(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    a, b = ELLIPSE
    return np.asarray((u / a) ** 2 + (v / b) ** 2 < 1)


def _in_heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    angle = np.arctan2(v, u) * np.float32(_ANGLES / (2 * np.pi))
    return np.asarray(np.hypot(u, v) < _HEART_RADIUS[np.rint(angle).astype(np.int64) % _ANGLES])


def _heart_radius() -> np.ndarray:
    """Return how far the heart's outline is from its middle at equally spaced angles."""
    t = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False)
    across, down, at = HEART
    x = across * 16 * np.sin(t) ** 3
    y = at - down * (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    angles = 2 * np.pi / _ANGLES * np.arange(_ANGLES)
    order = np.argsort(np.arctan2(y, x))  # every ray from the middle meets the outline once
    outline = np.arctan2(y, x)[order], np.hypot(x, y)[order]
    return np.asarray(np.interp(angles, *outline, period=2 * np.pi), np.float32)


_HEART_RADIUS = _heart_radius()
INSIDE: tuple[Inside, ...] = (_in_square, _in_ellipse, _in_heart)
