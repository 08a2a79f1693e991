"""A human figure in space: seventeen joints and some more from lengths and joint angles."""

from collections.abc import Mapping

import numpy as np

from harness.drawing.body import Measures
from harness.drawing.vectors import turned

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
SIDES = ("left", "right")
ANGLES = ("lean", *(f"{s}_{j}" for s in SIDES for j in ("hip", "knee")))
ANGLES += tuple(f"{s}_{j}" for s in SIDES for j in ("arm", "spread", "elbow"))
FURTHER_ANGLES = tuple(f"{s}_{j}" for s in SIDES for j in ("part", "fold"))

Vectors = Mapping[str, np.ndarray]


def joints(sizes: Measures, angles: Vectors) -> dict[str, np.ndarray]:
    """Return where joints are, ``[N, 3]`` each: right, down and towards the viewer of the pelvis.

    They are the :data:`KEYPOINTS`, ``crown``, and each side's ``hand`` and ``toe``.

    Args:
        sizes: lengths, as :func:`harness.drawing.body.measures` returns them; in their unit.
        angles: radians, ``[N]`` each. ``yaw`` is 0 where the figure faces the viewer and grows as
            it turns to the image's right. :data:`ANGLES`: the trunk's ``lean`` forward; for each
            side the thigh's swing forward (``hip``), the bend of the ``knee``, the upper arm's
            swing forward (``arm``), how far it is spread from the body (``spread``) and the bend of
            the ``elbow``. Of :data:`FURTHER_ANGLES` those that are not there are 0: how far the leg
            is parted from the other (``part``), and how much further than the upper arm the forearm
            is spread (``fold``).
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
        part, fold = (angles.get(f"{side}_{name}", none) for name in ("part", "fold"))
        hip = pelvis + _long(sizes["hips"], outward)
        knee = hip + _long(sizes["thigh"], turned(turned(down, forward, swing), outward, part))
        bent = swing - angles[f"{side}_knee"]
        shin = turned(turned(down, forward, bent), outward, part)
        ankle = knee + _long(sizes["shin"], shin)
        shoulder = positions["thorax"] + _long(0.95 * sizes["shoulders"], outward)
        arm = angles[f"{side}_arm"] + angles["lean"]
        upper = turned(turned(down, forward, arm), outward, spread)
        elbow = shoulder + _long(sizes["upper_arm"], upper)
        # The forearm comes back to the middle as the elbow bends.
        lower = turned(down, forward, arm + angles[f"{side}_elbow"])
        lower = turned(lower, outward, spread - 0.35 * angles[f"{side}_elbow"] + fold)
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


def _long(length: np.ndarray, direction: np.ndarray) -> np.ndarray:
    return np.asarray(length[:, None] * direction)
