"""The poses of ``people``: joint angles of each frame, and how a camera sees joints."""

import numpy as np

from harness.drawing.skeleton import ANGLES, Vectors

DIRECTIONS = 8
"""Ways a figure may be turned: 0 faces the viewer, 2 goes to the right, 4 away, 6 to the left."""


def _gait(
    phases: int, *, stride: float, bend: float, swing: float, elbow: float, lean: float
) -> list[dict[str, float]]:
    """Return the angles of a gait in degrees, at phases spaced evenly over two steps."""
    poses = []
    for t in 2 * np.pi * (np.arange(phases) + 0.5) / phases:
        angles = {"lean": lean}
        for side, sign in (("left", 1.0), ("right", -1.0)):
            angles[f"{side}_hip"] = sign * stride * np.sin(t) + 0.2 * stride
            angles[f"{side}_knee"] = 6 + bend * max(0.0, sign * np.cos(t))  # while it comes forward
            angles[f"{side}_arm"] = -sign * swing * np.sin(t)
            angles[f"{side}_spread"], angles[f"{side}_elbow"] = 8.0, elbow
        poses.append(angles)
    return poses


def _still(**changed: float) -> dict[str, float]:
    at_ease = {"left_spread": 8, "right_spread": 8, "left_elbow": 12, "right_elbow": 12}
    return {**dict.fromkeys(ANGLES, 0.0), **at_ease, "left_hip": 3, "right_hip": -3, **changed}


_STANDING = {
    "stand": [_still(), _still(left_hip=14, left_knee=18, right_spread=34, right_elbow=100)],
    "phone": [
        _still(left_arm=42, left_elbow=128, left_spread=18),
        _still(right_arm=42, right_elbow=128, right_spread=18),
    ],
    "carry": [_still(left_arm=8, right_arm=8, left_elbow=88, right_elbow=88, lean=-4)],
    "wave": [_still(right_arm=150, right_spread=28, right_elbow=25)],
}
POSES: dict[str, list[dict[str, float]]] = {
    "walk": _gait(6, stride=24, bend=42, swing=22, elbow=16, lean=3),
    "run": _gait(4, stride=40, bend=78, swing=38, elbow=84, lean=10),
    **_STANDING,
}
"""The angles of each action's phases in degrees: forward, bent, and away from the body."""


def frames() -> dict[str, np.ndarray]:
    """Return ``action``, ``phase``, ``direction`` and ``frame`` of every frame, int64 each.

    Actions are numbered in the order of :data:`POSES`; ``frame`` counts all of the frames.
    """
    combinations = [
        (action, phase, direction)
        for action, phases in enumerate(POSES.values())
        for phase in range(len(phases))
        for direction in range(DIRECTIONS)
    ]
    action, phase, direction = np.array(combinations, np.int64).T
    frame = np.arange(len(combinations))
    return {"action": action, "phase": phase, "direction": direction, "frame": frame}


def angles_of(frame: np.ndarray) -> dict[str, np.ndarray]:
    """Return the joint angles of frames ``[N]`` in radians, ``[N]`` each, and their ``yaw``."""
    poses = [pose for phases in POSES.values() for pose in phases]
    pose, direction = np.divmod(frame, DIRECTIONS)
    angles = {name: np.radians([each[name] for each in poses])[pose] for name in ANGLES}
    return {**angles, "yaw": 2 * np.pi * direction / DIRECTIONS}


def seen(places: Vectors, elevation: np.ndarray) -> dict[str, np.ndarray]:
    """Return the same places as a camera sees them that looks down by ``elevation`` ``[N]``."""
    cos, sin = np.cos(elevation)[:, None], np.sin(elevation)[:, None]
    rotated = {}
    for name, place in places.items():
        x, y, z = np.split(place, 3, axis=1)
        rotated[name] = np.concatenate([x, y * cos + z * sin, z * cos - y * sin], axis=1)
    return rotated
