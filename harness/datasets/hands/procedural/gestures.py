"""Random joint angles of hands: mixtures of two gestures, each angle varied a little."""

import numpy as np

from harness.datasets.hands.canonical_pose import FINGERS
from harness.datasets.hands.procedural.kinematics import LIMITS

_OVER = (12, 48, 8, 40, 55)  # a thumb across the fingers of a fist
_OPEN, _STRAIGHT, _FIST = (4, 6), (6, 8), (85, 90)


def _gesture(
    thumb: tuple[float, ...],
    *fingers: tuple[float, float],
    fan: tuple[float, float, float, float] = (0, 0, 0, 0),
) -> dict[str, float]:
    """Return a gesture's angles in degrees.

    Args:
        thumb: spread, lift, roll and flexions of the thumb.
        *fingers: flexions at knuckle and middle joint of index, middle, ring and pinky.
        fan: spreads of these.
    """
    names = ("spread", "lift", "roll", "mcp", "ip")
    angles = {f"thumb_{name}": angle for name, angle in zip(names, thumb, strict=True)}
    for finger, (mcp, pip), spread in zip(FINGERS[1:], fingers, fan, strict=True):
        angles |= {f"{finger}_spread": spread, f"{finger}_mcp": mcp, f"{finger}_pip": pip}
    return angles


GESTURES = {
    "open": _gesture((52, 12, 25, 4, 4), *[_OPEN] * 4, fan=(8, 1, -6, -12)),
    "flat": _gesture((24, 6, 25, 8, 6), *[_STRAIGHT] * 4),
    "relaxed": _gesture((36, 24, 25, 16, 18), (24, 30), (32, 36), (38, 40), (42, 42)),
    "grasp": _gesture(
        (34, 55, 15, 22, 22), (46, 40), (48, 44), (50, 46), (52, 46), fan=(5, 0, 0, -5)
    ),
    "claw": _gesture((45, 30, 15, 22, 45), *[(12, 72)] * 4, fan=(6, 1, -4, -9)),
    "fist": _gesture(_OVER, *[_FIST] * 4),
    "one": _gesture(_OVER, _STRAIGHT, *[_FIST] * 3),
    "two": _gesture(_OVER, _OPEN, _OPEN, _FIST, _FIST, fan=(10, -7, 0, 0)),
    "three": _gesture(_OVER, *[_OPEN] * 3, _FIST, fan=(10, 0, -9, 0)),
    "four": _gesture((8, 40, 8, 38, 45), *[_OPEN] * 4, fan=(7, 1, -5, -10)),
    "thumb_up": _gesture((56, 10, 25, 0, 0), *[_FIST] * 4),
    "aim": _gesture((56, 10, 25, 4, 0), _STRAIGHT, *[_FIST] * 3),
    "horns": _gesture(_OVER, _STRAIGHT, _FIST, _FIST, _STRAIGHT, fan=(4, 0, 0, -8)),
    "call": _gesture((56, 12, 25, 2, 0), *[_FIST] * 3, _OPEN, fan=(0, 0, 0, -14)),
    "pinch": _gesture(
        (26, 50, 12, 20, 30), (50, 52), (26, 28), (16, 20), (8, 12), fan=(0, 0, -5, -11)
    ),
}
"""Joint angles in degrees, by the names of ``kinematics.LIMITS``."""

DRAWS = 2 + len(LIMITS) + 1
"""Uniform draws that :func:`articulation` takes."""
_NOISE = 6.0  # degrees, the deviation of each angle


def articulation(u: np.ndarray) -> dict[str, np.ndarray]:
    """Return joint angles of hands between gestures.

    A hand does ``gesture``, up to half of the way on to another, which may be the same; each angle
    is N(0, 6 degrees) off, cut at twice that, and kept within its limits.

    Args:
        u: ``[N, DRAWS]`` uniform draws.

    Returns:
        ``gesture`` int64, its place in :data:`GESTURES`, and the angles in radians, ``[N]`` each.
    """
    from scipy.special import ndtri

    gesture, other = (len(GESTURES) * u[:, :2].T).astype(np.int64)
    pose: dict[str, np.ndarray] = {"gesture": gesture}
    for draw, (name, limits) in zip(u[:, 3:].T, LIMITS.items(), strict=True):
        table = np.array([angles[name] for angles in GESTURES.values()], np.float64)
        between = table[gesture] + 0.5 * u[:, 2] * (table[other] - table[gesture])
        noise = np.clip(_NOISE * ndtri(draw), -2 * _NOISE, 2 * _NOISE)
        pose[name] = np.radians(np.clip(between + noise, *limits))
    return pose
