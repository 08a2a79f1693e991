"""The drawing of ``mannequin``: figures on a light floor, and where their joints are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.datasets.mannequin.figure import ACCENT, BOTTOM, HAIR, SHOES, SKIN, TOP, Figure
from harness.datasets.mannequin.looks import CLOTHES, PALETTES, sizes_of
from harness.datasets.mannequin.poses import body_joints
from harness.drawing.body import STATURE, Measures
from harness.drawing.painting import View
from harness.drawing.rod_painting import Coat, cut_out_rods
from harness.drawing.rods import Rods
from harness.drawing.shapes import Capsules, Ellipses
from harness.drawing.skeleton import KEYPOINTS, SIDES, Vectors
from harness.drawing.vectors import matrices, unit

SIZE = 64
"""Height and width of an image, pixels."""
AZIMUTHS = 8
"""Ways to be turned, an eighth of a turn apart.

0 and 7 face the viewer, 1 and 2 go to the right, 3 and 4 away, 5 and 6 to the left, all of them a
sixteenth of a turn off: straight from the side an arm that is stretched out cannot be seen.
"""
ACROSS = (-8.0, -4.0, 0.0, 4.0, 8.0)
"""Where the figure stands beside the middle, pixels."""
DOWN = (-4.0, -2.0, 0.0, 2.0, 4.0)
"""How far below the middle it stands, pixels."""
STATURES = (30.0, 36.0, 43.0)
"""Heights of a standing figure, pixels."""
ELEVATION = np.radians(14.0)
"""By how much the camera looks down."""

_LIGHT = unit(np.array([[-0.45, -0.7, 0.75]]))
_GLOSS = {SKIN: 0.1, HAIR: 0.15, TOP: 0.0, BOTTOM: 0.0, ACCENT: 0.05, SHOES: 0.2}
_SHOES = (0.13, 0.12, 0.13)
_REACH = 10.0  # units; how far beside a part its shadow on others ends
_FLOOR, _WALL = (0.80, 0.78, 0.75), (0.93, 0.92, 0.90)
_HORIZON = 0.36  # of the image's height, from its top
_SHADOW = 0.45

Factors = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Scene:
    """Figures before the camera: x to the right, y down, z towards it; in units of the figure.

    Attributes:
        sizes: their measures.
        body: their joints in their own frames, relative to the pelvis.
        turn: ``[N, 3, 3]``, by which rows of points in that frame are multiplied to be seen.
        ground: ``[N]``, how far below the pelvis the floor is.
    """

    sizes: Measures
    body: Vectors
    turn: np.ndarray
    ground: np.ndarray


def scene_of(factors: Factors) -> Scene:
    """Return the figures of some factors, ``[N]`` each."""
    sizes = sizes_of(factors["build"])
    body = body_joints(sizes, factors["pose"])
    girth = sizes["leg_girth"]
    lowest = [
        body[f"{side}_{joint}"][:, 1] + share * girth
        for side in SIDES
        for joint, share in (("toe", 0.5), ("ankle", 0.62), ("knee", 0.8))
    ]
    return Scene(sizes, body, viewpoints(factors["azimuth"]), np.max(lowest, axis=0))


def viewpoints(azimuth: np.ndarray) -> np.ndarray:
    """Return rotations ``[N, 3, 3]`` from the figure's frame to the camera's: ``seen = own @ R``.

    Args:
        azimuth: ``[N]``, of :data:`AZIMUTHS`.
    """
    yaw = 2 * np.pi / AZIMUTHS * (azimuth + 0.5)
    cos, sin, none, one = np.cos(yaw), np.sin(yaw), np.zeros_like(yaw), np.ones_like(yaw)
    about_own = matrices((cos, none, -sin), (none, one, none), (sin, none, cos))
    ce, se = np.cos(ELEVATION), np.sin(ELEVATION)
    camera = np.array([[1.0, 0.0, 0.0], [0.0, ce, -se], [0.0, se, ce]])
    return np.asarray(about_own @ camera)


def joints_in_space(scene: Scene) -> np.ndarray:
    """Return the seventeen joints as the camera sees them, ``[N, 17, 3]`` in statures.

    They are relative to the pelvis: to the right, down and towards the viewer.
    """
    own = np.stack([scene.body[name] for name in KEYPOINTS], axis=1)
    return np.asarray(own @ scene.turn) / STATURE


def joints_in_image(factors: Factors, scene: Scene, downscale: int = 1) -> np.ndarray:
    """Return where the joints are in the image, ``[N, 17, 2]``: x and y in pixels.

    Whole numbers are the centres of pixels.
    """
    view = _view(factors, scene, downscale)
    places = joints_in_space(scene)[..., :2] * STATURE
    return np.asarray(places * view.scale[:, None] + view.origin[:, None] - 0.5)


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
    table = np.array([_materials(palette) for palette in PALETTES])
    colour = table[factors["palette"]][:, parts.made_of]
    n = len(colour)
    gloss = np.array([_GLOSS[kind] for kind in parts.made_of])
    coat = Coat(colour, np.tile(parts.soft, (n, 1)), np.tile(gloss, (n, 1)))
    view = _view(factors, scene, downscale)
    light = np.repeat(_LIGHT, n, axis=0)
    side = SIZE // downscale
    images = _background(scene, view, side)
    # Drawn with the pelvis in the middle and then moved by whole pixels: parts that are drawn
    # together lie in about the same place, which takes half the time.
    moved = np.rint(view.origin - side / 2).astype(np.int64)
    margin = int(np.abs(moved).max())
    here = View(view.scale, view.origin - moved + margin)
    size = side + 2 * margin, side + 2 * margin
    colour, opacity = cut_out_rods(size, rods, coat, light, here, reach=_REACH)
    for i, (right, down) in enumerate(moved):
        window = tuple(slice(margin - by, margin - by + side) for by in (down, right))
        images[i] *= 1 - opacity[i][window]
        images[i] += colour[i][:, *window]
    return np.asarray(np.rint(255 * images), np.uint8)


def _materials(name: str) -> list[tuple[float, float, float]]:
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


def _view(factors: Factors, scene: Scene, downscale: int) -> View:
    """Return where the figures are: those of all statures share a middle at one place."""
    stature = np.array(STATURES)[factors["scale"]]
    scale = stature / STATURE
    place = np.stack(
        [np.array(ACROSS)[factors["x"]], np.array(DOWN)[factors["y"]] + 0.5 * stature], axis=-1
    )
    floor = _floor(scene)[:, :2]
    origin = SIZE / 2 + place - floor * scale[:, None]
    return View(np.stack([scale, scale], axis=-1) / downscale, origin / downscale)


def _floor(scene: Scene) -> np.ndarray:
    """Return the point of the floor below the joints' middle, ``[N, 3]`` as the camera sees it."""
    below = np.mean([scene.body[name] for name in KEYPOINTS], axis=0)
    below[:, 1] = scene.ground
    return np.asarray((below[:, None] @ scene.turn)[:, 0])


def _background(scene: Scene, view: View, side: int) -> np.ndarray:
    """Return the floor with a soft shadow below the figure, ``[N, 3, side, side]`` float32."""
    n = len(scene.ground)
    down = ((np.arange(side) + 0.5) / side - _HORIZON) / (1 - _HORIZON)
    near = np.clip(3 * down, 0, 1)[:, None]
    rows = np.array(_WALL) + near * (np.array(_FLOOR) - np.array(_WALL))
    paper = np.broadcast_to(rows.T[None, :, :, None].astype(np.float32), (n, 3, side, side))
    wide = np.full(n, 0.2 * STATURE)
    shape = Ellipses(_floor(scene)[:, None, :2], np.stack([wide, 0.42 * wide], axis=-1)[:, None])
    whole = slice(0, side)
    x, y = view.centres(whole, 0), view.centres(whole, 1)
    distance = shape.field(0, x, y, view.pixel / 2)[0]
    dark = np.clip(0.5 - distance / (0.14 * STATURE), 0, 1)
    return np.asarray(paper * (1 - np.float32(_SHADOW) * dark * dark)[:, None])
