"""Human3.6M's skeletons of 17 and of 32 joints, and the frame of a body."""

from collections.abc import Mapping

import numpy as np

from harness.drawing.skeleton import KEYPOINTS, SIDES
from harness.drawing.vectors import unit

PARENTS = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15)
"""The joint that each of the seventeen hangs on; the pelvis hangs on none."""
OF_32 = (0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)
"""Places of the seventeen among Human3.6M's 32."""

_EXTREMITIES = {"left": (9, 10, (20, 22), (21, 23)), "right": (4, 5, (28, 30), (29, 31))}
"""Ball and tip of the foot, copies of the wrist, and of the hand, by side."""


def seventeen(at: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the seventeen joints ``[N, 17, 3]`` of joints by name, ``[N, 3]`` each."""
    return np.stack([at[name] for name in KEYPOINTS], axis=1)


def thirty_two(at: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return Human3.6M's 32 joints ``[N, 32, 3]``, some of which are copies as in its files.

    Args:
        at: the seventeen by name, and each side's ``toe`` and ``hand``, ``[N, 3]`` each.
    """
    own = seventeen(at)
    joints = np.zeros((len(own), 32, 3), own.dtype)
    joints[:, list(OF_32)] = own
    joints[:, 11] = at["pelvis"]
    joints[:, 16] = joints[:, 24] = at["thorax"]
    for side in SIDES:
        ball, tip, wrists, hands = _EXTREMITIES[side]
        ankle, toe = at[f"{side}_ankle"], at[f"{side}_toe"]
        joints[:, ball], joints[:, tip] = ankle + 0.7 * (toe - ankle), toe
        joints[:, list(wrists)] = at[f"{side}_wrist"][:, None]
        joints[:, list(hands)] = at[f"{side}_hand"][:, None]
    return joints


def body_frame(joints: np.ndarray) -> np.ndarray:
    """Return the rotation ``[N, 3, 3]`` from a body's own frame: ``joints = own @ rotation``.

    In its own frame a body faces the viewer: the line from the right hip to the left one points
    right, and the thorax is straight above the pelvis but for leaning forward or back.

    Args:
        joints: ``[N, J, 3]``, the seventeen or any that begin with them, relative to the pelvis:
            right, down, towards the viewer.
    """
    left = unit(joints[:, 4] - joints[:, 1])
    down = joints[:, 0] - joints[:, 8]
    down = unit(down - (down * left).sum(-1, keepdims=True) * left)
    return np.stack([left, down, np.cross(left, down)], axis=1)


def bones(joints: np.ndarray) -> np.ndarray:
    """Return the vectors ``[N, 17, 3]`` from each joint's parent to it; 0 of the pelvis."""
    return np.asarray(joints - joints[:, np.maximum(PARENTS, 0)])


def directions(joints: np.ndarray) -> np.ndarray:
    """Return the unit vectors ``[N, 17, 3]`` from each joint's parent to it; 0 of the pelvis.

    Args:
        joints: ``[N, 17, 3]``; no two that are joined are at one place.
    """
    along = bones(joints)
    along[:, 1:] = unit(along[:, 1:])
    return along


def assembled(along: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return joints ``[N, 17, 3]`` of directions and lengths ``[N, 17]`` of bones."""
    joints = np.zeros_like(along)
    for joint, parent in enumerate(PARENTS[1:], start=1):
        joints[:, joint] = joints[:, parent] + lengths[:, joint, None] * along[:, joint]
    return joints
