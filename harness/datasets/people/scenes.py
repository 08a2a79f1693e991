"""The cameras of ``people``: colour gains, elevations, lights and backgrounds."""

from functools import cache

import numpy as np

from harness import keyed_random
from harness.drawing.textures import between, muted, smooth_noise

CAMERAS = 6
"""As many as Market-1501 has."""

_GAINS = np.array(
    [
        (1.00, 1.00, 1.00),
        (1.08, 0.97, 0.82),
        (0.80, 0.92, 1.10),
        (0.68, 0.70, 0.66),
        (0.95, 1.06, 0.90),
        (1.06, 0.90, 1.02),
    ]
)
_ELEVATIONS = np.radians([6.0, 14.0, 9.0, 18.0, 3.0, 11.0])
_LIGHTS = np.array(
    [
        (0.4, -0.6, 0.9),
        (-0.5, -0.5, 0.8),
        (0.1, -0.8, 0.7),
        (0.0, -0.4, 1.0),
        (0.7, -0.5, 0.5),
        (-0.3, -0.9, 0.6),
    ]
)
_HORIZONS = (0.42, 0.30, 0.36, 0.22, 0.47, 0.33)  # of the image's height, from its top
_PANORAMA = 6  # widths of an image
_GRIDS = ((4, 12), (9, 33), (24, 90))  # of the scenes' noise
_BLOCKS = 14  # walls, doors, trees behind the people


def gains(camera: np.ndarray) -> np.ndarray:
    """Return the gains of red, green and blue of cameras ``[N]``, ``[N, 3]``."""
    return np.asarray(_GAINS[camera])


def elevations(camera: np.ndarray) -> np.ndarray:
    """Return by how much cameras ``[N]`` look down, ``[N]`` radians."""
    return np.asarray(_ELEVATIONS[camera])


def lights(camera: np.ndarray) -> np.ndarray:
    """Return unit vectors to the lamp, ``[N, 3]``: right, down, towards the viewer."""
    return np.asarray((_LIGHTS / np.linalg.norm(_LIGHTS, axis=1, keepdims=True))[camera])


def backgrounds(camera: np.ndarray, place: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return backgrounds of cameras ``[N]``, ``[N, 3, H, W]`` float32 in [0, 1].

    Args:
        camera: which camera.
        place: ``[N]`` in [0, 1): where in its scene the person is.
        size: ``(H, W)``.
    """
    height, width = size
    images = np.empty((len(camera), 3, height, width), np.float32)
    first = (place * width * (_PANORAMA - 1)).astype(np.int64)
    for number in np.unique(camera):
        rows = np.flatnonzero(camera == number)
        columns = first[rows, None] + np.arange(width)
        images[rows] = _panorama(int(number), size)[:, :, columns].transpose(2, 0, 1, 3)
    return images


def paper(height: int) -> np.ndarray:
    """Return the plain paper of a studio, ``[H]`` in [0, 1]: light, and darker on the floor."""
    y = (np.arange(height) + 0.5) / height
    return np.asarray(0.93 - 0.12 * np.clip((y - 0.8) / 0.2, 0, 1), np.float32)


@cache
def _panorama(camera: int, size: tuple[int, int]) -> np.ndarray:
    """Return all of a camera's scene, ``[3, H, 6 W]`` float32, before its gains."""
    height, width = size[0], size[1] * _PANORAMA
    u = keyed_random.uniforms(f"people/scene/{camera}", _BLOCKS + 2, 8)
    y = (np.arange(height) + 0.5)[:, None] / height
    x = (np.arange(width) + 0.5)[None] / width
    horizon = _HORIZONS[camera]
    wall, ground = muted(u[:2, 0], u[:2, 1], 0.1 + 0.1 * u[:2, 2], 0.45 + 0.25 * u[:2, 3])
    scene = np.where(y < horizon, wall[:, None, None], ground[:, None, None] + 0 * x)
    tones = muted(u[2:, 0], u[2:, 1], 0.35 * u[2:, 2], 0.15 + 0.65 * u[2:, 3])
    for (*_, left, wide, high, low), tone in zip(u[2:], tones, strict=True):
        across = between(x, left, left + 0.02 + 0.10 * wide, 0.4 / width)
        foot = horizon + 0.10 * low
        inside = across * between(y, foot - 0.1 - 0.5 * high, foot, 0.4 / height)
        scene = scene + inside * (tone[:, None, None] - scene)
    scene = scene * np.where(y < horizon, 1.0, 0.82 + 0.3 * (y - horizon) / (1 - horizon))
    scene = scene * (0.86 + 0.28 * smooth_noise(f"people/noise/{camera}", y, x, _GRIDS))
    return np.asarray(np.clip(scene, 0, 0.9), np.float32)
