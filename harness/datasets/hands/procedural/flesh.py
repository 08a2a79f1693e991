"""The flesh of a hand: the capsules in space that it is drawn with, each with its colour."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from harness.datasets.hands.canonical_pose import FINGERS
from harness.datasets.hands.procedural.kinematics import Posture
from harness.drawing.vectors import unit

SKIN, PALM, NAIL, SLEEVE = range(4)
"""The materials of parts; palm and back are skin that is smooth across parts."""

GIRTHS = {
    "thumb": (14.5, 11.0, 9.8, 7.6),
    "index": (11.0, 9.3, 8.2, 6.6),
    "middle": (11.2, 9.5, 8.3, 6.7),
    "ring": (10.7, 9.0, 7.8, 6.4),
    "pinky": (9.6, 7.8, 6.9, 5.7),
}
"""Half the width of each finger at its joints, from its base to its tip; millimetres."""
_CARPUS = {"index": 15.0, "middle": 6.0, "ring": -5.0, "pinky": -15.0}  # x of the bones' feet
_TIP = 4.2  # how far before the tip the last capsule ends, which is round beyond it
_WRIST, _ELBOW, _CUFF = 6.0, 330.0, 52.0  # down from the wrist


@dataclass(frozen=True, eq=False)
class Flesh:
    """Capsules in space, K in each of N hands.

    Attributes:
        start: ``[N, K, 3]`` one end of the axes.
        end: ``[N, K, 3]`` the other.
        girth: ``[K, 2]`` the radius at either end.
        made_of: ``[K]`` :data:`SKIN`, :data:`PALM`, :data:`NAIL` or :data:`SLEEVE`.
    """

    start: np.ndarray
    end: np.ndarray
    girth: np.ndarray
    made_of: np.ndarray


Part = tuple[np.ndarray, np.ndarray, float, float, int]
"""Both ends ``[N, 3]``, the radius there, and the material."""


def flesh(hand: Posture, forearm: np.ndarray) -> Flesh:
    """Return the capsules that hands are drawn as.

    Args:
        hand: their joints, in their own frame.
        forearm: ``[N, 3]`` unit vectors from the wrist to the elbow, in that frame.
    """
    parts = [*_forearm(hand, forearm), *_palm(hand)]
    for finger in FINGERS:
        parts += _finger(hand, finger)
    start, end = (np.stack([part[i] for part in parts], axis=1) for i in (0, 1))
    girth = np.array([part[2:4] for part in parts])
    return Flesh(start, end, girth, np.array([part[4] for part in parts]))


def _finger(hand: Posture, finger: str) -> list[Part]:
    """Return the flesh of a finger's three bones, and its nail."""
    chain, girth = hand.chain(finger), GIRTHS[finger]
    points = [chain[:, i] for i in range(4)]
    along = unit(points[3] - points[2])
    last = points[3] - _TIP * along
    ends = [points[0], points[1], points[2], last]
    bones: list[Part] = [(ends[i], ends[i + 1], girth[i], girth[i + 1], SKIN) for i in range(3)]
    back = hand.backs[:, FINGERS.index(finger), 2]
    nail = 0.66 * girth[3]
    # Its axis lies so deep that it rises less than a millimetre out of the flesh.
    raised = last + (girth[3] - nail + 0.9) * back
    return [*bones, (raised - 5.0 * along, raised + 1.8 * along, nail, nail, NAIL)]


def _palm(hand: Posture) -> list[Part]:
    """Return bones side by side with flesh between them, both balls, and the thumb's web."""
    n = len(hand.joints)
    bases = {finger: hand.chain(finger)[:, 0] for finger in FINGERS}
    feet = {finger: _all(n, x, -12.0, 1.0) for finger, x in _CARPUS.items()}
    parts: list[Part] = [
        (feet[name], bases[name], 13.0, GIRTHS[name][0], PALM) for name in FINGERS[1:]
    ]
    for one, other in pairwise(FINGERS[1:]):
        # Between two knuckles the flesh ends a little further down.
        gap = 0.5 * (bases[one] + bases[other]) + np.array([0.0, 5.0, 0.5])
        parts.append((0.5 * (feet[one] + feet[other]), gap, 13.0, 10.0, PALM))
    thumb = hand.chain("thumb")
    ball, side = _all(n, 14.0, -13.0, 5.0), _all(n, -17.0, -16.0, 4.0)
    inner = bases["index"] + np.array([-2.0, 24.0, 2.5])
    outer = thumb[:, 0] + 0.62 * (thumb[:, 1] - thumb[:, 0])
    foot = 0.5 * (feet["index"] + bases["index"])
    return [
        *parts,
        (ball, thumb[:, 0], 14.0, 14.5, PALM),
        (outer, inner, 8.5, 9.5, PALM),
        (thumb[:, 0], foot, 13.0, 12.0, PALM),
        (side, bases["pinky"] + np.array([3.0, 20.0, 1.0]), 13.0, 10.5, PALM),
    ]


def _forearm(hand: Posture, forearm: np.ndarray) -> list[Part]:
    """Return an arm wider than it is deep, and the sleeve around it."""
    n = len(hand.joints)
    parts: list[Part] = []
    for x in (-10.0, 0.0, 10.0):
        wrist = _all(n, 0.9 * x, -_WRIST, 0.0)
        beside = _all(n, x, 0.0, 0.0)
        cuff, elbow = (beside + down * forearm for down in (_CUFF, _ELBOW))
        parts.append((wrist, beside + 1.3 * _CUFF * forearm, 16.5, 18.5, SKIN))
        parts.append((cuff, elbow, 24.0, 31.0, SLEEVE))
    return parts


def _all(n: int, x: float, y: float, z: float) -> np.ndarray:
    return np.broadcast_to(np.array([x, y, z]), (n, 3))
