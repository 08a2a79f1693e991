"""A hand's pose apart from its viewpoint (the canonical pose of Yang and Yao, 2019).

Joints are ``[N, 21, 3]``: the root 0, then four of each finger from tip to base, thumb first. A
canonical pose has its root in the origin, the middle finger's base on the negative y axis, and the
little finger's base in the plane z = 0 with x > 0. Positions are rows: ``X R``.
"""

import numpy as np

from harness.drawing.vectors import matrices

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
JOINTS = (
    "wrist",
    *(f"thumb_{joint}" for joint in ("tip", "ip", "mcp", "cmc")),
    *(f"{finger}_{joint}" for finger in FINGERS[1:] for joint in ("tip", "dip", "pip", "mcp")),
)
"""The 21 joints in RHD's order: the wrist, then each finger from its tip to its base."""
BONES = tuple(
    bone
    for tip in range(1, 21, 4)
    for bone in ((0, tip + 3), (tip + 3, tip + 2), (tip + 2, tip + 1), (tip + 1, tip))
)
"""The joints that are joined, by numbers, finger by finger from the root to the tip."""
ROOT, MIDDLE_BASE, LITTLE_BASE = 0, 12, 20
SCALE_BONE = (11, 12)
"""The bone whose length is 1 after :func:`normalise`: the middle finger's first."""


def normalise(xyz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return joints relative to the root and in lengths of one bone, and these lengths.

    Args:
        xyz: ``[N, 21, 3]`` in any unit.

    Returns:
        ``[N, 21, 3]``, and the lengths ``[N]`` in the unit of ``xyz``.
    """
    tip, base = SCALE_BONE
    bone = np.linalg.norm(xyz[:, tip] - xyz[:, base], axis=1)
    return (xyz - xyz[:, ROOT, None]) / bone[:, None, None], bone


def canonicalise(xyz: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take joints apart into a canonical pose, a viewpoint and a root.

    The canonical pose does not change with rotation and translation of the joints. Where the middle
    finger's base is the root, or the little finger's lies on the line through both, the frame is
    not defined.

    Args:
        xyz: ``[N, 21, 3]``.
        right: ``[N]`` bool; right hands are mirrored (z to -z) into the frame of left ones.

    Returns:
        The canonical poses ``[N, 21, 3]``, viewpoints ``[N, 3, 3]`` and roots ``[N, 3]``, of which
        :func:`restore` makes the joints again.
    """
    root = xyz[:, ROOT]
    centred = xyz - root[:, None]
    x, y, _ = centred[:, MIDDLE_BASE].T
    rotation = _about_z(np.arctan2(x, y))
    _, y, z = _at(centred, MIDDLE_BASE, rotation).T
    rotation = rotation @ _about_x(np.pi - np.arctan2(z, y))
    x, _, z = _at(centred, LITTLE_BASE, rotation).T
    rotation = rotation @ _about_y(np.arctan2(z, x))
    return _mirrored(centred @ rotation, right), rotation.swapaxes(1, 2), root


def restore(
    canonical: np.ndarray, viewpoint: np.ndarray, root: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Return the joints ``[N, 21, 3]`` that :func:`canonicalise` took apart."""
    joints: np.ndarray = _mirrored(canonical, right) @ viewpoint + root[:, None]
    return joints


def _at(centred: np.ndarray, joint: int, rotation: np.ndarray) -> np.ndarray:
    coordinates: np.ndarray = (centred[:, joint, None] @ rotation)[:, 0]
    return coordinates


def _mirrored(pose: np.ndarray, right: np.ndarray) -> np.ndarray:
    signs = np.ones((len(pose), 1, 3), pose.dtype)
    signs[right, :, 2] = -1
    return pose * signs


def _about_x(angle: np.ndarray) -> np.ndarray:
    c, s, one, zero = _parts(angle)
    return matrices((one, zero, zero), (zero, c, s), (zero, -s, c))


def _about_y(angle: np.ndarray) -> np.ndarray:
    c, s, one, zero = _parts(angle)
    return matrices((c, zero, -s), (zero, one, zero), (s, zero, c))


def _about_z(angle: np.ndarray) -> np.ndarray:
    c, s, one, zero = _parts(angle)
    return matrices((c, s, zero), (-s, c, zero), (zero, zero, one))


def _parts(angle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return np.cos(angle), np.sin(angle), np.ones_like(angle), np.zeros_like(angle)
