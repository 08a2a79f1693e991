"""How the procedural sprites move: the joints of every frame of every action, seen from a view."""

from collections.abc import Callable, Mapping

import numpy as np

FRAMES = {"cast": 7, "thrust": 8, "walk": 9, "slash": 6, "jump": 13}
"""The actions and how many frames each has from each view; those of Reed's sprites."""
VIEWS = ("back", "left", "front", "right")
"""Where the viewer stands, or, for the sides, where the figure looks to in the image."""

GROUND = 59.0
"""Where the soles of a standing figure are, pixels from the top of the image."""
MIDDLE = 32.0
"""The figure's middle, pixels from the left."""

_THIGH, _SHIN, _UPPER_ARM, _FOREARM = 7.0, 6.5, 6.0, 5.5  # lengths, pixels
_HIP, _SHOULDER = 3.1, 6.6  # half widths, pixels
_TORSO, _NECK = 9.5, 10.5  # from the hips up to the shoulders, and on to the middle of the head
_ANKLE = 1.5  # above the sole
_DOWNWARD = 0.3  # what is a pixel nearer to the viewer, who looks down, is so much lower

Angles = dict[str, np.ndarray]
"""By joint, radians ``[F]``; ``lift`` and ``lean`` in pixels. What is not named is 0.

``arm``, ``leg``: forward from hanging down. ``out``: sideways. ``elbow``: further forward.
``knee``: backward. ``lift``: of the whole figure, upward. ``lean``: of the shoulders, forward.
"""
Joints = Mapping[str, np.ndarray]


def joints(frames: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return where the joints are in the image, each ``[N, 2]``, x and y in pixels.

    Args:
        frames: ``action``, ``direction`` (index into :data:`VIEWS`) and ``phase``, each ``[N]``.
    """
    action, phase = frames["action"], frames["phase"]
    n = len(action)
    at = {name: np.zeros((n, 3)) for name in _solid(_rest(1))}
    for k, (name, count) in enumerate(FRAMES.items()):
        places = _solid({**_rest(count), **_ACTIONS[name](np.arange(count) / count)})
        rows = np.flatnonzero(action == k)
        for joint, place in places.items():
            at[joint][rows] = place[phase[rows]]
    return {joint: _seen(place, frames["direction"]) for joint, place in at.items()}


def _rest(count: int) -> Angles:
    """Return the angles of a standing figure in ``count`` frames."""
    still = np.zeros(count)
    sides = [f"{side}_{j}" for side in ("left", "right") for j in ("arm", "elbow", "leg", "knee")]
    out = {f"{side}_out": still + 0.12 for side in ("left", "right")}
    return {**dict.fromkeys((*sides, "lift", "lean"), still), **out}


def _cast(t: np.ndarray) -> Angles:
    """Both arms rise over the head and fall again."""
    raised = np.sin(np.pi * (t * 0.9 + 0.1)) ** 0.8
    arms = {f"{side}_arm": 2.5 * raised for side in ("left", "right")}
    out = {f"{side}_out": 0.12 + 0.5 * raised for side in ("left", "right")}
    return {**arms, **out, "lift": 1.2 * raised, "lean": -1.2 * raised}


def _thrust(t: np.ndarray) -> Angles:
    """The right arm is drawn back, then driven forward with a step."""
    forth = np.sin(2 * np.pi * (t - 0.35))
    return {
        "right_arm": 0.65 + 0.75 * forth,
        "right_elbow": 0.75 - 0.75 * forth,
        "left_arm": 0.5 - 0.5 * forth,
        "left_elbow": 0.8 + 0 * t,
        "left_leg": 0.2 + 0.3 * forth,
        "right_leg": -0.2 - 0.3 * forth,
        "right_knee": 0.3 - 0.15 * forth,
        "lean": 2.2 * forth,
        "lift": -0.6 - 0.6 * forth,
    }


def _walk(t: np.ndarray) -> Angles:
    """Legs and arms swing against each other, once to and fro."""
    angles: Angles = {"lift": 0.8 * np.cos(4 * np.pi * t)}
    for side, start in (("left", 0.0), ("right", 0.5)):
        swing = np.sin(2 * np.pi * (t + start))
        angles[f"{side}_leg"] = 0.62 * swing
        angles[f"{side}_knee"] = 0.75 * np.maximum(np.cos(2 * np.pi * (t + start)), 0)
        angles[f"{side}_arm"] = -0.6 * swing
        angles[f"{side}_elbow"] = 0.3 + 0.2 * swing
    return angles


def _slash(t: np.ndarray) -> Angles:
    """The right arm strikes from above to below, across the body."""
    down = 0.5 - 0.5 * np.cos(1.2 * np.pi * t)
    return {
        "right_arm": 2.7 - 2.3 * down,
        "right_out": 0.7 - 1.1 * down,
        "right_elbow": 0.5 - 0.4 * down,
        "left_arm": -0.3 - 0.4 * down,
        "left_out": 0.4 + 0 * t,
        "right_leg": 0.35 * (2 * down - 1),
        "left_leg": -0.35 * (2 * down - 1),
        "lean": 3.0 * down - 1.0,
        "lift": -1.2 * down,
    }


def _jump(t: np.ndarray) -> Angles:
    """The figure crouches, jumps with its arms up, and lands in a crouch."""
    crouch = np.maximum(np.cos(2 * np.pi * t), 0)
    aloft = np.maximum(-np.cos(2 * np.pi * t), 0)
    later = np.sin(2 * np.pi * t)  # what tells the way up from the way down
    angles: Angles = {"lift": 7.0 * aloft - 3.4 * crouch, "lean": 1.5 * crouch - 0.8 * later}
    for side in ("left", "right"):
        angles[f"{side}_leg"] = 0.85 * crouch + 0.35 * aloft
        angles[f"{side}_knee"] = 1.7 * crouch + 0.8 * aloft
        angles[f"{side}_arm"] = -0.7 * crouch + 0.9 * aloft + 0.5 * later
        angles[f"{side}_out"] = 0.2 + 1.5 * aloft
    return angles


_ACTIONS: dict[str, Callable[[np.ndarray], Angles]] = {
    "cast": _cast,
    "thrust": _thrust,
    "walk": _walk,
    "slash": _slash,
    "jump": _jump,
}


def _solid(angles: Angles) -> dict[str, np.ndarray]:
    """Return the joints of a figure that faces the viewer, each ``[F, 3]``: right, down, nearer."""
    still = np.zeros_like(angles["lift"])
    y = GROUND - _ANKLE - _SHIN - _THIGH - angles["lift"]
    lean = angles["lean"]
    positions = {
        "pelvis": _point(still, y, still),
        "chest": _point(still, y - _TORSO, lean),
        "head": _point(still, y - _TORSO - _NECK, 1.3 * lean),
    }
    for side, outward in (("left", 1.0), ("right", -1.0)):
        out = outward * angles[f"{side}_out"]
        arm, elbow = angles[f"{side}_arm"], angles[f"{side}_elbow"]
        leg, knee = angles[f"{side}_leg"], angles[f"{side}_knee"]
        shoulder = positions["chest"] + _point(outward * _SHOULDER + still, 1.0 + still, still)
        hip = positions["pelvis"] + _point(outward * _HIP + still, still, still)
        bent = shoulder + _UPPER_ARM * _limb(arm, out)
        hand = bent + _FOREARM * _limb(arm + elbow, 0.6 * out)
        below = hip + _THIGH * _limb(leg, 0 * out)
        ankle = below + _SHIN * _limb(leg - knee, 0 * out)
        limbs = {
            "shoulder": shoulder,
            "elbow": bent,
            "hand": hand,
            "ahead": hand + _limb(arm + elbow + 1.0, 0.3 * out),
            "hip": hip,
            "knee": below,
            "ankle": ankle,
            "toe": ankle + 2.4 * _limb(leg - knee + np.pi / 2, 0 * out),
        }
        positions |= {f"{side}_{joint}": place for joint, place in limbs.items()}
    return positions


def _limb(forward: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return the direction ``[F, 3]`` of a limb that is swung forward and spread sideways."""
    return _point(np.sin(out), np.cos(out) * np.cos(forward), np.cos(out) * np.sin(forward))


def _point(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.stack([x, y, z], axis=-1)


def _seen(place: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return the places ``[N, 2]`` in the image of points ``[N, 3]`` of a figure facing us."""
    turned = np.pi / 2 * (direction - VIEWS.index("front"))
    x, y, z = place.T
    across = x * np.cos(turned) + z * np.sin(turned)
    nearer = z * np.cos(turned) - x * np.sin(turned)
    return np.stack([MIDDLE + across, y + _DOWNWARD * nearer], axis=-1)
