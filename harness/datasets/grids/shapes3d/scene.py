"""What a camera sees of an object in a room, ray by ray.

Lengths are in heights of the camera above the floor; the object stands in the middle of a square
room without a ceiling. Its first axis points right, its second ahead, its third up.
"""

import numpy as np

SHAPES = ("cube", "cylinder", "sphere", "capsule")
SKY, FLOOR, WALL, OBJECT = range(4)
"""What a ray meets."""

FOCAL = 65.0
"""Focal length, in pixels of an image of 64: a field of view of 52 degrees."""
DISTANCE = 3.25
"""From the camera to the object."""
ROOM = 4.9
"""From the object to each wall: the camera is in the room."""
WALL_HEIGHT = 2.9

_CUBE, _BALL = 0.52, 0.6  # half a side, and a radius, at scale 1
_CYLINDER, _CAPSULE = (0.57, 1.25), (0.44, 1.87)  # radius and height
_AMBIENT, _LAMP = 0.55, np.array([-0.4, -0.6, 0.7])
_SHADOW, _SHADE = np.array([0.35, 0.1]), 0.35  # its middle at scale 1, and how light it is
_TINY = 1e-9


def cast(shape: int, scale: float, turn: float, rays: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what each ray of a square image meets, and how bright that is.

    Args:
        shape: which of :data:`SHAPES`.
        scale: of the object; 1 is middling.
        turn: by how much room and object are turned about the vertical, radians.
        rays: along each side of the image.

    Returns:
        ``[rays, rays]`` int64, :data:`SKY` and so on, and ``[rays, rays]`` in [0, 1].
    """
    at = ((np.arange(rays) + 0.5) / rays - 0.5) * 64 / FOCAL
    x, z = np.broadcast_arrays(at[None, :], -at[:, None])
    eye, ray = np.array([0.0, -DISTANCE, 1.0]), np.stack([x, np.ones_like(x), z], axis=-1)
    cos, sin = np.cos(turn), np.sin(turn)
    to_room = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    eye, ray = to_room @ eye, ray @ to_room.T

    depth, brightness = np.full(x.shape, np.inf), np.ones(x.shape)
    what = np.full(x.shape, SKY)
    for kind, (near, normal) in (
        (FLOOR, _floor(eye, ray)),
        (WALL, _walls(eye, ray)),
        (OBJECT, _object(shape, scale, eye, ray)),
    ):
        nearer = near < depth
        depth[nearer], what[nearer] = near[nearer], kind
        brightness[nearer] = _lit(normal[nearer])
    ground = eye + np.where(what == FLOOR, depth, 0)[..., None] * ray
    across, ahead = (ground @ to_room)[..., :2].transpose(2, 0, 1) / scale
    shaded = np.hypot(across - _SHADOW[0], ahead - _SHADOW[1]) < _BALL
    brightness[(what == FLOOR) & shaded] *= _SHADE
    return what, brightness


Met = tuple[np.ndarray, np.ndarray]
"""How far along each ray a surface is, infinite where it is not met, and its unit normal."""


def _lit(normal: np.ndarray) -> np.ndarray:
    lamp = _LAMP / np.linalg.norm(_LAMP)
    return np.asarray(_AMBIENT + (1 - _AMBIENT) * np.clip(1.2 * normal @ lamp, 0, 1))


def _floor(eye: np.ndarray, ray: np.ndarray) -> Met:
    down = np.minimum(ray[..., 2], -_TINY)
    near = np.where(ray[..., 2] < 0, -eye[2] / down, np.inf)
    return near, np.broadcast_to([0.0, 0.0, 1.0], ray.shape)


def _walls(eye: np.ndarray, ray: np.ndarray) -> Met:
    """Return the walls, from inside the room."""
    level = np.where(np.abs(ray[..., :2]) < _TINY, _TINY, ray[..., :2])
    each = (np.sign(level) * ROOM - eye[:2]) / level
    first, near = each.argmin(-1), each.min(-1)
    high = eye[2] + near * ray[..., 2]
    normal = -np.eye(3)[first] * np.sign(np.take_along_axis(level, first[..., None], -1))
    return np.where(high < WALL_HEIGHT, near, np.inf), normal


def _object(shape: int, scale: float, eye: np.ndarray, ray: np.ndarray) -> Met:
    name = SHAPES[shape]
    if name == "cube":
        return _box(_CUBE * scale, eye, ray)
    if name == "sphere":
        return _ball(_BALL * scale, _BALL * scale, eye, ray)
    radius, height = (scale * of for of in (_CYLINDER if name == "cylinder" else _CAPSULE))
    if name == "cylinder":
        return _nearest(_side(radius, 0.0, height, eye, ray), _lid(radius, height, eye, ray))
    ends = radius, height - radius
    balls = [_ball(radius, at, eye, ray) for at in ends]
    return _nearest(_side(radius, *ends, eye, ray), *balls)


def _box(half: float, eye: np.ndarray, ray: np.ndarray) -> Met:
    eye = eye - [0.0, 0.0, half]
    ray = np.where(np.abs(ray) < _TINY, _TINY, ray)
    entering = (-np.sign(ray) * half - eye) / ray
    leaving = ((np.sign(ray) * half - eye) / ray).min(-1)
    near = entering.max(-1)
    normal = np.eye(3)[entering.argmax(-1)] * -np.sign(ray)
    return np.where(near < leaving, near, np.inf), normal


def _ball(radius: float, height: float, eye: np.ndarray, ray: np.ndarray) -> Met:
    eye = eye - [0.0, 0.0, height]
    near = _root((ray * ray).sum(-1), ray @ eye, eye @ eye - radius**2)
    return near, (eye + np.where(np.isinf(near), 0, near)[..., None] * ray) / radius


def _side(radius: float, low: float, high: float, eye: np.ndarray, ray: np.ndarray) -> Met:
    level = ray[..., :2]
    near = _root((level * level).sum(-1), level @ eye[:2], eye[:2] @ eye[:2] - radius**2)
    met = eye + np.where(np.isinf(near), 0, near)[..., None] * ray
    within = (met[..., 2] >= low) & (met[..., 2] <= high)
    return np.where(within, near, np.inf), met * [1 / radius, 1 / radius, 0.0]


def _lid(radius: float, height: float, eye: np.ndarray, ray: np.ndarray) -> Met:
    down = np.where(np.abs(ray[..., 2]) < _TINY, _TINY, ray[..., 2])
    near = (height - eye[2]) / down
    reach = np.hypot(*(eye + near[..., None] * ray)[..., :2].transpose(2, 0, 1))
    near = np.where((near > 0) & (reach < radius), near, np.inf)
    return near, np.broadcast_to([0.0, 0.0, 1.0], ray.shape)


def _root(a: np.ndarray, b: np.ndarray, c: float) -> np.ndarray:
    """Return the smaller root of ``a t^2 + 2 b t + c``, infinite where there is none."""
    inside = b * b - a * c
    return np.where(inside > 0, (-b - np.sqrt(np.maximum(inside, 0))) / a, np.inf)


def _nearest(*surfaces: Met) -> Met:
    near, normal = surfaces[0]
    for other, its_normal in surfaces[1:]:
        normal = np.where((other < near)[..., None], its_normal, normal)
        near = np.minimum(near, other)
    return near, normal
