"""Draws a counterpart of 3D Shapes: its rooms, objects and hues, alike and not to the pixel.

An image is linear in its three colours: of each of 480 views it is known how much of floor, wall
and object, and how bright, each pixel shows.
"""

import functools
from collections.abc import Mapping

import numpy as np

from harness.datasets.grids.pixels import SIZE
from harness.datasets.grids.shapes3d.scene import FLOOR, OBJECT, SKY, WALL, cast
from harness.drawing.colours import hue

HUES = 10
SCALES = np.linspace(0.75, 1.25, 8)
TURNS = np.radians(np.linspace(-30, 30, 15))

_SKY = np.array([155, 226, 250]) / 255  # as in the published images
_RAYS = 3  # a side of a pixel


def draw(factors: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return images.

    Args:
        factors: ``[n]`` each: ``floor_hue``, ``wall_hue`` and ``object_hue`` (0-9, tenths of the
            circle from red), ``scale`` (0-7 for 0.75 to 1.25), ``shape`` (0 cube, 1 cylinder,
            2 sphere, 3 capsule), ``orientation`` (0-14 for -30 to 30 degrees).

    Returns:
        ``[n, 3, 64, 64]`` uint8.
    """
    n = len(factors["shape"])
    colours = np.empty((n, 4, 3), np.float32)
    colours[:, SKY] = _SKY
    for surface, name in ((FLOOR, "floor_hue"), (WALL, "wall_hue"), (OBJECT, "object_hue")):
        colours[:, surface] = hue(factors[name] / HUES, 1.0, np.ones(n))
    places = zip(factors["shape"], factors["scale"], factors["orientation"], strict=True)
    seen = np.stack([view(int(shape), int(scale), int(turn)) for shape, scale, turn in places])
    mixed = colours.transpose(0, 2, 1) @ seen.reshape(n, 4, SIZE * SIZE)
    return np.asarray(np.rint(255 * mixed), np.uint8).reshape(n, 3, SIZE, SIZE)


@functools.cache
def view(shape: int, scale: int, orientation: int) -> np.ndarray:
    """Return how bright each pixel shows sky, floor, wall and object, ``[4, 64, 64]`` float32."""
    what, brightness = cast(shape, SCALES[scale], TURNS[orientation], _RAYS * SIZE)
    surfaces = np.stack([np.where(what == surface, brightness, 0) for surface in range(4)])
    rays = surfaces.reshape(4, SIZE, _RAYS, SIZE, _RAYS)
    return np.asarray(rays.mean(axis=(2, 4)), np.float32)
