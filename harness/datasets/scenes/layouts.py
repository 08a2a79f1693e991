"""Which rectangles stand in each scene, how they are painted, and how the camera moves."""

from dataclasses import dataclass

import numpy as np

from harness import keyed_random
from harness.datasets.scenes.planes import Planes

MOST_OBJECTS, FEWEST_OBJECTS = 8, 3
"""Rectangles that stand on the ground."""
BACKDROP = 60.0
"""Metres to the wall behind everything."""
EYE_HEIGHT = 1.65
"""Of the camera above the ground, metres."""
MEAN_STEP = np.array([0.0, 0.0, 0.8])
"""How far the camera moves on average between two frames, metres: ahead."""
STEP, TURN = np.array([0.10, 0.05, 0.30]), np.radians(1.0)
"""Standard deviations of that, and of the turn about each axis, radians."""

WAVES = 6
"""Of a texture."""

_NEAR, _FAR = 4.0, 40.0
_PLANES = MOST_OBJECTS + 2  # the last two are the ground and the backdrop
_PER_OBJECT = 5  # distance, side, width, height, turn
_PER_WAVE = 6  # direction, frequency, phase, and three amplitudes
_PER_PLANE = 3 + WAVES * _PER_WAVE
_MOTION = 6
_CYCLES = {"object": (0.2, 1.5), "ground": (0.12, 0.9), "backdrop": (0.012, 0.08)}
"""Least and largest frequency of waves, cycles a metre."""


@dataclass(frozen=True, eq=False)
class Paint:
    """Smooth textures of K rectangles in each of N scenes: sums of waves.

    Attributes:
        base: ``[N, K, 3]`` mean colour in [0, 1].
        frequency: ``[N, K, W, 2]`` cycles a metre along the rectangle's sides.
        phase: ``[N, K, W]`` in turns.
        tint: ``[N, K, W, 3]`` amplitudes.
    """

    base: np.ndarray
    frequency: np.ndarray
    phase: np.ndarray
    tint: np.ndarray


@dataclass(frozen=True, eq=False)
class Layouts:
    """N scenes.

    Attributes:
        n_objects: ``[N]`` int64.
        planes: rectangles, ground and backdrop.
        paint: their textures.
        turn: ``[N, 3, 3]`` the second camera's axes as columns, in the frame of the first.
        step: ``[N, 3]`` where it is.
    """

    n_objects: np.ndarray
    planes: Planes
    paint: Paint
    turn: np.ndarray
    step: np.ndarray

    def motion(self) -> np.ndarray:
        """Return how points move for the camera, ``[N, 12]``: a rotation by rows, a translation.

        A point ``X`` before the first camera is at ``R X + T`` before the second.
        """
        back = self.turn.swapaxes(1, 2)
        moved = -(back @ self.step[..., None])[..., 0]
        return np.concatenate([back.reshape(-1, 9), moved], axis=1)


def layouts(key: str, start: int, n: int) -> Layouts:
    """Return the scenes ``start .. start + n - 1`` of a stream of random numbers.

    Args:
        key: names the stream.
        start: the first scene.
        n: how many.
    """
    width = 1 + _MOTION + MOST_OBJECTS * _PER_OBJECT + _PLANES * _PER_PLANE
    u = keyed_random.uniforms(key, n, width, start)
    count, motion, objects, planes = np.split(
        u, np.cumsum([1, _MOTION, MOST_OBJECTS * _PER_OBJECT]), axis=1
    )
    kinds = MOST_OBJECTS + 1 - FEWEST_OBJECTS
    n_objects = FEWEST_OBJECTS + (kinds * count[:, 0]).astype(np.int64)
    turn, step = _moved(motion)
    placed = _placed(objects.reshape(n, MOST_OBJECTS, _PER_OBJECT), n_objects)
    return Layouts(n_objects, placed, _painted(planes.reshape(n, _PLANES, _PER_PLANE)), turn, step)


def _moved(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy.spatial.transform import Rotation
    from scipy.special import ndtri

    normal = ndtri(u)
    turn = Rotation.from_rotvec(TURN * normal[:, 3:]).as_matrix()
    return turn, MEAN_STEP + STEP * normal[:, :3]


def _placed(u: np.ndarray, n_objects: np.ndarray) -> Planes:
    """Return upright rectangles that stand on the ground, the ground, and the backdrop."""
    far = _NEAR * (_FAR / _NEAR) ** u[..., 0]
    side = far * (1.2 * u[..., 1] - 0.6)
    half = np.stack([0.6 + 0.12 * far * u[..., 2] + 1.4 * u[..., 2], 0.5 + 2.5 * u[..., 3]], -1)
    yaw = np.radians(55.0) * (2 * u[..., 4] - 1)
    none, one = np.zeros_like(yaw), np.ones_like(yaw)
    middle = np.stack([side, EYE_HEIGHT - half[..., 1], far], -1)
    across = np.stack([np.cos(yaw), none, np.sin(yaw)], -1)
    along = np.stack([none, one, none], -1)
    half[np.arange(MOST_OBJECTS) >= n_objects[:, None]] = -1
    n = len(u)
    whole = np.array([[[0, EYE_HEIGHT, 0], [0, 0, BACKDROP]]])
    sides = np.array([[[1.0, 0, 0], [1, 0, 0]]]), np.array([[[0.0, 0, 1], [0, 1, 0]]])
    return Planes(
        np.concatenate([middle, np.repeat(whole, n, 0)], 1),
        np.concatenate([across, np.repeat(sides[0], n, 0)], 1),
        np.concatenate([along, np.repeat(sides[1], n, 0)], 1),
        np.concatenate([half, np.full((n, 2, 2), np.inf)], 1),
    )


def _painted(u: np.ndarray) -> Paint:
    base, waves = u[..., :3], u[..., 3:].reshape(*u.shape[:2], WAVES, _PER_WAVE)
    kinds = ["object"] * MOST_OBJECTS + ["ground", "backdrop"]
    least, most = np.array([_CYCLES[kind] for kind in kinds]).T[..., None]
    cycles = least * (most / least) ** waves[..., 1]
    angle = 2 * np.pi * waves[..., 0]
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    tint = (waves[..., 3:] - 0.5) * (0.6 / np.sqrt(WAVES)) * 2
    return Paint(0.25 + 0.5 * base, cycles[..., None] * direction, waves[..., 2], tint)
