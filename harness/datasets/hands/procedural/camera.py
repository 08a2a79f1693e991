"""Hands before a camera: rotation, place, projection, and which joints are visible."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.datasets.hands.canonical_pose import FINGERS, JOINTS
from harness.datasets.hands.procedural.factors import HELD
from harness.datasets.hands.procedural.flesh import GIRTHS, Flesh, flesh
from harness.datasets.hands.procedural.kinematics import LIMITS, posture
from harness.datasets.hands.procedural.scenes import SIDE
from harness.drawing.rods import Rods
from harness.drawing.shapes import Capsules
from harness.drawing.vectors import matrices, unit

FOCAL = 1.5 * SIDE
"""Focal length of the camera, pixels of the full-size image; its axis goes through the middle."""

_COVER = 4.0  # millimetres of flesh that do not hide a joint
_GIRTH = np.array([16.5, *(girth for finger in FINGERS for girth in GIRTHS[finger][::-1])])
_MIDDLE = np.array([3.0, -82.0, 8.0])  # what is on the camera's axis, but for the shift

Factors = Mapping[str, np.ndarray]


def rotations(factors: Factors) -> np.ndarray:
    """Return the hands' rotations, ``[N, 3, 3]``: columns are their axes as the camera sees them.

    The hand is rolled in its plane, turned over where its palm is to be seen, and tilted out of the
    image by ``tilt`` about the axis at ``azimuth``.
    """
    palm, tilt, azimuth, roll = (np.asarray(factors[name], np.float64) for name in HELD[:4])
    cos, sin = np.cos(tilt), np.sin(tilt)
    ux, uy, none = np.cos(azimuth), np.sin(azimuth), 0 * tilt
    across = 1 - cos
    tilted = matrices(
        (cos + ux * ux * across, ux * uy * across, uy * sin),
        (ux * uy * across, cos + uy * uy * across, -ux * sin),
        (-uy * sin, ux * sin, cos),
    )
    side = 1 - 2 * palm
    rolled = matrices(
        (np.cos(roll) * side, -np.sin(roll), none),
        (np.sin(roll) * side, np.cos(roll), none),
        (none, none, side),
    )
    return np.asarray(tilted @ rolled)


@dataclass(frozen=True, eq=False)
class Scene:
    """Hands before the camera: x to the right, y down, z away from it; millimetres.

    Attributes:
        joints: ``[N, 21, 3]``, in the order of ``canonical_pose.JOINTS``.
        flesh: what is drawn, in the same coordinates, for hands of their sizes.
        size: ``[N]`` multiples of the mean hand.
    """

    joints: np.ndarray
    flesh: Flesh
    size: np.ndarray


def scene_of(factors: Factors) -> Scene:
    """Return hands in their postures, rotated and moved to where the factors put them."""
    hand = posture({name: np.asarray(factors[name], np.float64) for name in LIMITS})
    turn, size = rotations(factors), np.asarray(factors["scale"], np.float64)
    body = flesh(hand, _forearm(turn))
    x, y, far = (np.asarray(factors[name], np.float64) for name in HELD[4:])
    at = np.stack([x, y, far], axis=-1)

    def seen(points: np.ndarray) -> np.ndarray:
        moved = size[:, None, None] * (points - _MIDDLE) @ turn.swapaxes(1, 2)
        return np.asarray(moved + at[:, None])

    placed = Flesh(seen(body.start), seen(body.end), body.girth, body.made_of)
    return Scene(seen(hand.joints), placed, size)


def _forearm(turn: np.ndarray) -> np.ndarray:
    """Return the ways from wrists to elbows in the hands' frames.

    The wrist is bent so that the arm comes more from the side than the hand does.
    """
    down = turn[:, :, 1] * np.array([1.0, 1.0, 0.4])
    return np.asarray((unit(down)[:, None] @ turn)[:, 0])


def projected(points: np.ndarray) -> np.ndarray:
    """Return where a camera sees points ``[..., 3]``, ``[..., 2]`` from the middle of the image.

    In pixels of the full-size image: x to the right and y down.
    """
    return np.asarray(FOCAL * points[..., :2] / points[..., 2:])


def rods(scene: Scene) -> Rods:
    """Return the flesh as a camera sees it, in pixels of the full-size image from its middle.

    Heights are from the plane through the wrist, in pixels as large as they are there.
    """
    body, wrist = scene.flesh, scene.joints[:, :1, 2:]
    depth = np.stack([body.start[..., 2], body.end[..., 2]], axis=-1)
    radius = FOCAL * body.girth * scene.size[:, None, None] / depth
    outline = Capsules(projected(body.start), projected(body.end), radius)
    return Rods(outline, FOCAL * (wrist - depth) / wrist)


def visible(scene: Scene) -> np.ndarray:
    """Return which joints a camera sees, ``[N, 21]``.

    A joint is seen where it is in the image and its own flesh is. Hidden is one that lies behind
    flesh which it is not a few millimetres from, above the flesh that it is in.
    """
    n, body = len(scene.joints), rods(scene)
    at, wrist = projected(scene.joints), scene.joints[:, :1, 2]
    own = _GIRTH * scene.size[:, None] + _COVER
    top = (FOCAL * (wrist - scene.joints[..., 2] + own) / wrist).ravel()
    each, x, y = np.repeat(np.arange(n), len(JOINTS))[:, None], at[..., :1], at[..., 1:]
    hidden = np.zeros((n, len(JOINTS)), bool)
    for k in range(len(body)):
        one = body.at(each, np.array([[k]]))
        places = x.reshape(-1, 1), y.reshape(-1, 1)
        distance = one.outline.field(0, *places, np.zeros(len(top)))[0].ravel()
        over = (distance < 0) & (one.surface(0, *places)[3].ravel() > top)
        hidden |= over.reshape(n, -1) & ~_inside(scene, k)
    return np.asarray((np.abs(at) < SIDE / 2).all(-1) & ~hidden)


def _inside(scene: Scene, k: int) -> np.ndarray:
    """Return which joints are in part ``k`` of the flesh, or close to it, ``[N, 21]``."""
    start, end = (points[:, k, None] for points in (scene.flesh.start, scene.flesh.end))
    axis, away = end - start, scene.joints - start
    share = np.clip((away * axis).sum(-1) / (axis * axis).sum(-1), 0, 1)
    distance = np.linalg.norm(away - share[..., None] * axis, axis=-1)
    first, last = scene.flesh.girth[k]
    return np.asarray(distance < scene.size[:, None] * (first + share * (last - first)) + _COVER)
