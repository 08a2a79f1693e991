"""The drawing of ``mannequin``: figures on a light floor."""

import numpy as np

from harness.datasets.mannequin.figure import ACCENT, BOTTOM, HAIR, SHOES, SKIN, TOP, Figure
from harness.datasets.mannequin.looks import CLOTHES, PALETTES
from harness.datasets.mannequin.scenes import SIZE, Factors, Scene, floor_of, scene_of, view_of
from harness.drawing.body import STATURE
from harness.drawing.painting import View
from harness.drawing.rod_painting import Coat, cut_out_rods
from harness.drawing.rods import Rods
from harness.drawing.shapes import Capsules, Ellipses
from harness.drawing.vectors import unit

LIGHT = unit(np.array([[-0.45, -0.7, 0.75]]))
"""Where the lamp is, ``[1, 3]``: right, down, towards the viewer."""
GLOSS = {SKIN: 0.1, HAIR: 0.15, TOP: 0.0, BOTTOM: 0.0, ACCENT: 0.05, SHOES: 0.2}
"""How bright the lamp's reflection in each material is."""
_SHOES = (0.13, 0.12, 0.13)
REACH = 10.0
"""How far beside a part its shadow on others ends, in units of drawing."""
_FLOOR, _WALL = (0.80, 0.78, 0.75), (0.93, 0.92, 0.90)
_HORIZON = 0.36  # of the image's height, from its top
_SHADOW = 0.45


def render(factors: Factors, downscale: int = 1) -> np.ndarray:
    """Draw figures.

    Args:
        factors: ``pose``, ``azimuth``, ``x``, ``y``, ``scale``, ``build``, ``clothes`` and
            ``palette``, ``[N]`` int64 each.
        downscale: how many pixels of the full-size image are one of the result along each axis.

    Returns:
        ``[N, 3, 64 / downscale, 64 / downscale]`` uint8, RGB.
    """
    n, side = len(factors["pose"]), SIZE // downscale
    images = np.empty((n, 3, side, side), np.uint8)
    for clothes in range(len(CLOTHES)):
        rows = np.flatnonzero(factors["clothes"] == clothes)
        if len(rows):
            some = {name: values[rows] for name, values in factors.items()}
            images[rows] = _dressed(some, clothes, downscale)
    return images


def _dressed(factors: Factors, clothes: int, downscale: int) -> np.ndarray:
    """Draw figures in the same clothes, which have the same parts."""
    scene = scene_of(factors)
    parts = Figure(scene.sizes, scene.body, clothes).parts()
    start, end = (points @ scene.turn for points in (parts.start, parts.end))
    height = np.stack([start[..., 2], end[..., 2]], axis=-1)
    rods = Rods(Capsules(start[..., :2], end[..., :2], parts.radius), height)
    table = np.array([materials(palette) for palette in PALETTES])
    colour = table[factors["palette"]][:, parts.made_of]
    n = len(colour)
    gloss = np.array([GLOSS[kind] for kind in parts.made_of])
    coat = Coat(colour, np.tile(parts.soft, (n, 1)), np.tile(gloss, (n, 1)))
    view = view_of(factors, scene, downscale)
    light = np.repeat(LIGHT, n, axis=0)
    side = SIZE // downscale
    images = _background(scene, view, side)
    # Drawn with the pelvis in the middle and then moved by whole pixels: parts that are drawn
    # together lie in about the same place, which takes half the time.
    moved = np.rint(view.origin - side / 2).astype(np.int64)
    margin = int(np.abs(moved).max())
    here = View(view.scale, view.origin - moved + margin)
    size = side + 2 * margin, side + 2 * margin
    colour, opacity = cut_out_rods(size, rods, coat, light, here, reach=REACH)
    for i, (right, down) in enumerate(moved):
        window = tuple(slice(margin - by, margin - by + side) for by in (down, right))
        images[i] *= 1 - opacity[i][window]
        images[i] += colour[i][:, *window]
    return np.asarray(np.rint(255 * images), np.uint8)


def materials(name: str) -> list[tuple[float, float, float]]:
    """Return the colours of a palette in the order of the figure's materials."""
    palette = PALETTES[name]
    of = {
        SKIN: palette.skin,
        HAIR: palette.hair,
        TOP: palette.top,
        BOTTOM: palette.bottom,
        ACCENT: palette.accent,
        SHOES: _SHOES,
    }
    return [of[kind] for kind in range(len(of))]


def _background(scene: Scene, view: View, side: int) -> np.ndarray:
    """Return the floor with a soft shadow below the figure, ``[N, 3, side, side]`` float32."""
    n = len(scene.ground)
    down = ((np.arange(side) + 0.5) / side - _HORIZON) / (1 - _HORIZON)
    near = np.clip(3 * down, 0, 1)[:, None]
    rows = np.array(_WALL) + near * (np.array(_FLOOR) - np.array(_WALL))
    paper = np.broadcast_to(rows.T[None, :, :, None].astype(np.float32), (n, 3, side, side))
    wide = np.full(n, 0.2 * STATURE)
    shape = Ellipses(floor_of(scene)[:, None, :2], np.stack([wide, 0.42 * wide], axis=-1)[:, None])
    whole = slice(0, side)
    x, y = view.centres(whole, 0), view.centres(whole, 1)
    distance = shape.field(0, x, y, view.pixel / 2)[0]
    dark = np.clip(0.5 - distance / (0.14 * STATURE), 0, 1)
    return np.asarray(paper * (1 - np.float32(_SHADOW) * dark * dark)[:, None])
