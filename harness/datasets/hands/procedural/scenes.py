"""The six scenes behind ``hands``, a little out of focus."""

from collections.abc import Callable
from functools import cache

import numpy as np

from harness import keyed_random
from harness.drawing.textures import between, muted, smooth_noise

SIDE = 256
"""Height of a scene and width of what an image shows of it, pixels."""
_WIDE = 3  # images that a scene is wide

Plane = np.ndarray
"""Rows ``[H, 1]`` or columns ``[1, W]``; whole numbers are widths of an image."""


def backgrounds(scene: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return backgrounds of hands, ``[N, 3, 256, 256]`` float32 in [0, 1].

    Args:
        scene: ``[N]``, which of :data:`SCENES`.
        place: ``[N]`` in [0, 1): where in its width.
    """
    images = np.empty((len(scene), 3, SIDE, SIDE), np.float32)
    first = (place * SIDE * (_WIDE - 1)).astype(np.int64)
    for number in np.unique(scene):
        rows = np.flatnonzero(scene == number)
        columns = first[rows, None] + np.arange(SIDE)
        images[rows] = _panorama(int(number))[:, :, columns].transpose(2, 0, 1, 3)
    return images


@cache
def _panorama(number: int) -> np.ndarray:
    """Return all of a scene, ``[3, 256, 768]`` float32."""
    y = (np.arange(SIDE) + 0.5)[:, None] / SIDE
    x = (np.arange(SIDE * _WIDE) + 0.5)[None] / SIDE
    return np.asarray(np.clip(SCENES[number](y, x), 0, 1), np.float32)


def _noise(key: str, y: Plane, x: Plane, *grids: tuple[int, int]) -> np.ndarray:
    return smooth_noise(f"hands/scene/{key}", y, x / _WIDE, grids)


def _coloured(shade: np.ndarray, colour: tuple[float, float, float]) -> np.ndarray:
    return np.asarray(np.array(colour)[:, None, None] * shade)


def _paper(y: Plane, x: Plane) -> np.ndarray:
    """A studio's paper, lighter where its lamp is."""
    lamp = np.exp(-2.0 * ((y - 0.35) ** 2 + (0.5 * (x - 1.5)) ** 2))
    return _coloured(0.55 + 0.4 * lamp + 0.02 * _noise("paper", y, x, (9, 27)), (0.86, 0.9, 0.96))


def _desk(y: Plane, x: Plane) -> np.ndarray:
    """Boards of wood, with their grain along the rows."""
    bent = y + 0.05 * _noise("bend", y, x, (4, 7), (6, 14))
    grain = 0.5 + 0.5 * np.sin(
        2 * np.pi * (14 * bent + 3 * _noise("grain", y, x, (6, 9), (12, 30)))
    )
    fibre = _noise("fibre", y, x, (180, 24))
    board = np.floor(4 * y + 0.3)
    tone = 0.08 * np.cos(7.1 * board)
    joint = between((4 * y + 0.3) % 1 + 0 * x, 0.02, 0.98, 0.02)
    shade = (0.78 + tone + 0.12 * grain + 0.16 * (fibre - 0.5)) * (0.7 + 0.3 * joint)
    return np.stack([0.72 * shade, 0.53 * shade**1.12, 0.36 * shade**1.3])


def _shelf(y: Plane, x: Plane) -> np.ndarray:
    """Backs of books on two shelves."""
    scene = 0.12 + 0 * (y * x) + np.zeros((3, 1, 1))
    for row, foot in enumerate((0.47, 1.0)):
        u = keyed_random.uniforms(f"hands/books/{row}", 60, 7)
        tones = muted(u[:, 0], u[:, 1], 0.25 + 0.5 * u[:, 2], 0.2 + 0.6 * u[:, 3])
        left = -0.05
        for (*_, wide, high, stripe), tone in zip(u, tones, strict=True):
            width = 0.035 + 0.055 * wide
            top = foot - 0.30 - 0.13 * high
            inside = between(x, left, left + width, 0.004) * between(y, top, foot - 0.03, 0.005)
            round_ = 1 - 0.35 * ((x - left) / width * 2 - 1) ** 2
            label = 1 + 0.5 * (stripe > 0.4) * between(y, top + 0.06, top + 0.10, 0.005)
            scene = scene + inside * (tone[:, None, None] * round_ * label - scene)
            left += width + 0.003
        board = between(y + 0 * x, foot - 0.03, foot + 0.012, 0.004)
        scene = scene + board * (np.array([0.45, 0.33, 0.22])[:, None, None] - scene)
    return np.asarray(scene)


def _bricks(y: Plane, x: Plane) -> np.ndarray:
    """A wall of bricks."""
    row = np.floor(9 * y)
    along = 4.2 * x + 0.5 * (row % 2)
    brick = np.floor(along)
    own = np.sin(12.9898 * brick + 78.233 * row) * 43.758  # a number of each brick's own
    tone = 0.75 + 0.3 * (own - np.floor(own))
    inside = between(9 * y - row + 0 * x, 0.07, 0.93, 0.05) * between(
        along - brick, 0.03, 0.97, 0.025
    )
    rough = 0.8 + 0.4 * _noise("bricks", y, x, (24, 72), (60, 180))
    red = _coloured(tone * rough, (0.56, 0.31, 0.25))
    return np.asarray(red + (1 - inside) * (_coloured(rough, (0.6, 0.57, 0.53)) - red))


def _evening(y: Plane, x: Plane) -> np.ndarray:
    """Lamps far out of focus at night."""
    scene = np.stack([0.05 + 0.05 * y, 0.06 + 0.04 * y, 0.13 - 0.03 * y]) + 0 * x
    for turn, across, down, size, bright in keyed_random.uniforms("hands/lamps", 46, 5):
        radius = 0.04 + 0.08 * size
        distance = np.hypot(y - 0.15 - 0.8 * down, x - _WIDE * across)
        disc = np.clip(0.5 - (distance - radius) / 0.02, 0, 1) * (0.75 + 0.25 * distance / radius)
        tone = muted(*(np.array([v]) for v in (0.16 * turn - 0.02, 1.0, 0.6, 0.25 + 0.5 * bright)))[
            0
        ]
        scene = scene + 0.75 * disc * tone[:, None, None]
    return np.asarray(scene)


def _garden(y: Plane, x: Plane) -> np.ndarray:
    """Leaves out of focus before a bright sky."""
    leaves = _noise("leaves", y, x, (5, 15), (13, 40), (30, 90))
    light = _noise("light", y, x, (4, 9), (9, 24))
    green = np.stack([0.25 + 0.35 * light, 0.42 + 0.35 * light, 0.16 + 0.15 * light])
    green = green * (0.55 + 0.8 * leaves)
    sky = np.array([0.78, 0.88, 0.95])[:, None, None]
    open_ = np.clip(6 * (leaves + 0.35 * (0.6 - y) - 0.56), 0, 1)
    return np.asarray(green + open_ * (sky - green))


SCENES: tuple[Callable[[Plane, Plane], np.ndarray], ...] = (
    _paper,
    _desk,
    _shelf,
    _bricks,
    _evening,
    _garden,
)
"""Of rows and columns: each scene's colours ``[3, H, W]``, nearly in [0, 1]."""
