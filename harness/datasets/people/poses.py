"""The poses of ``people``: joint angles of each frame, and where they put a body's joints."""

from collections.abc import Mapping

import numpy as np

from harness.drawing.body import Measures
from harness.drawing.vectors import turned

DIRECTIONS = 8
"""Ways a figure may be turned: 0 faces the viewer, 2 goes to the right, 4 away, 6 to the left."""
KEYPOINTS = (
    "pelvis",
    "right_hip",
    "right_knee",
    "right_ankle",
    "left_hip",
    "left_knee",
    "left_ankle",
    "spine",
    "thorax",
    "neck",
    "head",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
    "right_shoulder",
    "right_elbow",
    "right_wrist",
)
"""The seventeen joints of Human3.6M's skeleton, in its order."""

Vectors = Mapping[str, np.ndarray]
_ANGLES = ("lean", *(f"{s}_{j}" for s in ("left", "right") for j in ("hip", "knee")))
_ANGLES += tuple(f"{s}_{j}" for s in ("left", "right") for j in ("arm", "spread", "elbow"))


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
    return {**dict.fromkeys(_ANGLES, 0.0), **at_ease, "left_hip": 3, "right_hip": -3, **changed}


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
    angles = {name: np.radians([each[name] for each in poses])[pose] for name in _ANGLES}
    return {**angles, "yaw": 2 * np.pi * direction / DIRECTIONS}


def joints(sizes: Measures, angles: Vectors) -> dict[str, np.ndarray]:
    """Return where joints are, ``[N, 3]`` each: right, down and towards the viewer of the pelvis.

    They are the :data:`KEYPOINTS`, ``crown``, and each side's ``hand`` and ``toe``.

    Args:
        sizes: lengths, as :func:`harness.drawing.body.measures` returns them; in their unit.
        angles: as :func:`angles_of` returns them.
    """
    yaw, none = angles["yaw"], np.zeros_like(angles["yaw"])
    forward = np.stack([np.sin(yaw), none, np.cos(yaw)], axis=-1)
    left = np.stack([np.cos(yaw), none, -np.sin(yaw)], axis=-1)
    down = np.array([0.0, 1.0, 0.0])
    up = turned(-down, forward, angles["lean"])
    pelvis = 0 * forward
    neck = pelvis + _long(sizes["torso"], up)
    head = neck + _long(0.6 * sizes["neck"] + 0.9 * sizes["head"], up)
    positions = {
        "pelvis": pelvis,
        "spine": pelvis + _long(0.5 * sizes["torso"], up),
        "thorax": pelvis + _long(0.9 * sizes["torso"], up),
        "neck": neck,
        "head": head,
        "crown": head + _long(1.35 * sizes["head"], up),
    }
    for side, outward in (("left", left), ("right", -left)):
        swing, spread = angles[f"{side}_hip"], angles[f"{side}_spread"]
        hip = pelvis + _long(sizes["hips"], outward)
        knee = hip + _long(sizes["thigh"], turned(down, forward, swing))
        bent = swing - angles[f"{side}_knee"]
        ankle = knee + _long(sizes["shin"], turned(down, forward, bent))
        shoulder = positions["thorax"] + _long(0.95 * sizes["shoulders"], outward)
        arm = angles[f"{side}_arm"] + angles["lean"]
        upper = turned(turned(down, forward, arm), outward, spread)
        elbow = shoulder + _long(sizes["upper_arm"], upper)
        # The forearm comes back to the middle as the elbow bends.
        lower = turned(down, forward, arm + angles[f"{side}_elbow"])
        lower = turned(lower, outward, spread - 0.35 * angles[f"{side}_elbow"])
        wrist = elbow + _long(sizes["forearm"], lower)
        limbs = {
            "hip": hip,
            "knee": knee,
            "ankle": ankle,
            "toe": ankle + _long(0.3 * sizes["shin"], turned(forward, -down, 0.4 * bent - 0.3)),
            "shoulder": shoulder,
            "elbow": elbow,
            "wrist": wrist,
            "hand": wrist + _long(0.32 * sizes["forearm"], lower),
        }
        positions |= {f"{side}_{name}": place for name, place in limbs.items()}
    return positions


def seen(places: Vectors, elevation: np.ndarray) -> dict[str, np.ndarray]:
    """Return the same places as a camera sees them that looks down by ``elevation`` ``[N]``."""
    cos, sin = np.cos(elevation)[:, None], np.sin(elevation)[:, None]
    rotated = {}
    for name, place in places.items():
        x, y, z = np.split(place, 3, axis=1)
        rotated[name] = np.concatenate([x, y * cos + z * sin, z * cos - y * sin], axis=1)
    return rotated


def _long(length: np.ndarray, direction: np.ndarray) -> np.ndarray:
    return np.asarray(length[:, None] * direction)
