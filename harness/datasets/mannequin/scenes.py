"""Where ``mannequin`` stands and how the camera sees it: turns, places, joints."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.datasets.mannequin.looks import sizes_of
from harness.datasets.mannequin.poses import body_joints
from harness.drawing.body import STATURE, Measures
from harness.drawing.painting import View
from harness.drawing.skeleton import KEYPOINTS, SIDES, Vectors
from harness.drawing.vectors import matrices

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
    return np.asarray(_own(scene) @ scene.turn) / STATURE


def own_joints(scene: Scene) -> np.ndarray:
    """Return the joints of the same figures when they face the viewer, likewise."""
    return _own(scene) / STATURE


def _own(scene: Scene) -> np.ndarray:
    return np.stack([scene.body[name] for name in KEYPOINTS], axis=1)


def joints_in_image(factors: Factors, scene: Scene, downscale: int = 1) -> np.ndarray:
    """Return where the joints are in the image, ``[N, 17, 2]``: x and y in pixels.

    Whole numbers are the centres of pixels.
    """
    view = view_of(factors, scene, downscale)
    places = joints_in_space(scene)[..., :2] * STATURE
    return np.asarray(places * view.scale[:, None] + view.origin[:, None] - 0.5)


def view_of(factors: Factors, scene: Scene, downscale: int) -> View:
    """Return where the figures are: those of all statures share a middle at one place."""
    stature = np.array(STATURES)[factors["scale"]]
    scale = stature / STATURE
    place = np.stack(
        [np.array(ACROSS)[factors["x"]], np.array(DOWN)[factors["y"]] + 0.5 * stature], axis=-1
    )
    floor = floor_of(scene)[:, :2]
    origin = SIZE / 2 + place - floor * scale[:, None]
    return View(np.stack([scale, scale], axis=-1) / downscale, origin / downscale)


def floor_of(scene: Scene) -> np.ndarray:
    """Return the point of the floor below the joints' middle, ``[N, 3]`` as the camera sees it."""
    below = np.mean([scene.body[name] for name in KEYPOINTS], axis=0)
    below[:, 1] = scene.ground
    return np.asarray((below[:, None] @ scene.turn)[:, 0])
