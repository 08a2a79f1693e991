"""A left hand's kinematics: limits of its joint angles, and 21 joints from them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.datasets.hands.canonical_pose import FINGERS
from harness.drawing.vectors import turned

LIMITS = {
    "thumb_spread": (5.0, 60.0),
    "thumb_lift": (0.0, 60.0),
    "thumb_roll": (0.0, 60.0),
    "thumb_mcp": (0.0, 55.0),
    "thumb_ip": (0.0, 75.0),
} | {
    f"{finger}_{joint}": limits
    for finger in FINGERS[1:]
    for joint, limits in (("spread", (-15.0, 15.0)), ("mcp", (0.0, 90.0)), ("pip", (0.0, 90.0)))
}
"""The least and the greatest of each joint angle, degrees.

A finger's ``spread`` is away from its place beside the others, towards the thumb; ``mcp`` and
``pip`` are flexions, and the last joint's is 2/3 of ``pip``. The thumb's ``spread`` is in the plane
of the palm and its ``lift`` out of it; ``roll`` turns its flexion, ``mcp`` and ``ip``, from across
the palm to towards it.
"""

# Millimetres in a hand lying flat: to the thumb's side, to the wrist, out of the palm.
_BASES = {
    "thumb": (23.0, -20.0, 7.0),
    "index": (25.0, -88.0, 1.0),
    "middle": (4.0, -91.0, -2.0),
    "ring": (-16.0, -85.0, -1.0),
    "pinky": (-34.0, -75.0, 4.0),
}
_BONES = {  # from the base to the tip
    "thumb": (45.0, 32.0, 27.0),
    "index": (43.0, 26.0, 22.0),
    "middle": (47.0, 30.0, 23.0),
    "ring": (43.0, 28.0, 23.0),
    "pinky": (33.0, 20.0, 20.0),
}
_SPLAY = {"index": 3.0, "middle": 0.0, "ring": -3.0, "pinky": -7.0}  # degrees, of straight fingers
_COUPLING = 2 / 3  # of the last joint's flexion and that of the one before

Angles = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Posture:
    """A hand in its own frame: x to the thumb's side, y to the wrist, z out of the palm.

    Attributes:
        joints: ``[N, 21, 3]`` mm, in the order of ``canonical_pose.JOINTS``; the origin
            is the wrist.
        backs: ``[N, 5, 3, 3]`` unit vectors out of the back of each finger's bones, from its base
            to its tip; the nail looks along the last.
    """

    joints: np.ndarray
    backs: np.ndarray

    def chain(self, finger: str) -> np.ndarray:
        """Return a finger's joints from its base to its tip, ``[N, 4, 3]``."""
        first = 1 + 4 * FINGERS.index(finger)
        return self.joints[:, first : first + 4][:, ::-1]


def posture(angles: Angles) -> Posture:
    """Return hands of mean size.

    Args:
        angles: radians, each ``[N]``, by the names in :data:`LIMITS`.
    """
    n = len(angles["thumb_mcp"])
    points, backs = [np.zeros((n, 1, 3))], []
    for finger in FINGERS:
        along, flexed = _thumb(angles) if finger == "thumb" else _finger(angles, finger)
        place = np.broadcast_to(np.array(_BASES[finger]), (n, 3))
        chain = [place]
        for long, step in zip(_BONES[finger], along, strict=True):
            place = place + long * step
            chain.append(place)
        points.append(np.stack(chain[::-1], axis=1))
        backs.append(-np.stack(flexed, axis=1))
    return Posture(np.concatenate(points, axis=1), np.stack(backs, axis=1))


Bones = tuple[list[np.ndarray], list[np.ndarray]]
"""Of a finger's three bones: where each points, and where it goes when it is flexed, ``[N, 3]``."""


def _finger(angles: Angles, finger: str) -> Bones:
    mcp, pip = angles[f"{finger}_mcp"], angles[f"{finger}_pip"]
    # Straight fingers are spread; in a fist they lie side by side.
    free = np.cos(mcp)
    turn = free * (np.radians(_SPLAY[finger]) + angles[f"{finger}_spread"])
    straight = np.stack([np.sin(turn), -np.cos(turn), 0 * turn], axis=-1)
    out = np.broadcast_to(np.array([0.0, 0.0, 1.0]), straight.shape)
    return _flexed(straight, out, (mcp, pip, _COUPLING * pip))


def _thumb(angles: Angles) -> Bones:
    spread, lift, roll = (angles[f"thumb_{name}"] for name in ("spread", "lift", "roll"))
    flat = np.stack([np.sin(spread), -np.cos(spread), 0 * spread], axis=-1)
    out = np.broadcast_to(np.array([0.0, 0.0, 1.0]), flat.shape)
    straight = turned(flat, out, lift)
    across = np.stack([-np.cos(spread), -np.sin(spread), 0 * spread], axis=-1)
    towards = turned(across, turned(out, -flat, lift), roll)
    none = 0 * spread
    return _flexed(straight, towards, (none, angles["thumb_mcp"], angles["thumb_ip"]))


def _flexed(straight: np.ndarray, towards: np.ndarray, flexions: tuple[np.ndarray, ...]) -> Bones:
    """Return a chain of bones, each turned by its flexion to ``towards`` from the one before."""
    total, bones, sides = np.zeros(len(straight)), [], []
    for flexion in flexions:
        total = total + flexion
        bones.append(turned(straight, towards, total))
        sides.append(turned(towards, -straight, total))
    return bones, sides
