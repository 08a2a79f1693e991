"""Canonical poses of hands of 21 joints, and the viewpoints that they are seen from."""

import numpy as np

from harness.data.vectors import matrices

_ROOT, _MIDDLE_PIP, _MIDDLE_MCP, _PINKY_MCP = 0, 11, 12, 20


def normalise(xyz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return joints relative to joint 0, in lengths of the bone between joints 11 and 12.

    Args:
        xyz: ``[N, 21, 3]`` in any unit.

    Returns:
        The joints ``[N, 21, 3]``, and that bone's length in the unit of ``xyz``, ``[N]``.
    """
    bone = np.linalg.norm(xyz[:, _MIDDLE_PIP] - xyz[:, _MIDDLE_MCP], axis=1)
    return (xyz - xyz[:, :1]) / bone[:, None, None], bone


def canonicalise(xyz: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return canonical poses, viewpoints and roots: ``xyz = cpose @ viewpoint + root``.

    In its canonical pose a hand has joint 0 in the origin, joint 12 on the negative y axis, and
    joint 20 where z is 0 and x above 0 (dVAE, after the code of Zimmermann and Brox). A right hand
    is then mirrored, z to -z, which has to be undone before the viewpoint is applied.

    Args:
        xyz: ``[N, 21, 3]``.
        right: ``[N]`` bool; which are right hands.

    Returns:
        ``[N, 21, 3]``, rotations ``[N, 3, 3]`` and ``[N, 3]``.
    """
    root = xyz[:, _ROOT]
    turned = xyz - root[:, None]
    x, y, _ = turned[:, _MIDDLE_MCP].T
    first = _about_z(np.arctan2(x, y))
    _, y, z = (turned @ first)[:, _MIDDLE_MCP].T
    second = first @ _about_x(np.pi - np.arctan2(z, y))
    x, _, z = (turned @ second)[:, _PINKY_MCP].T
    rotation = second @ _about_y(np.arctan2(z, x))
    mirror = np.ones((len(xyz), 1, 3))
    mirror[right, :, 2] = -1
    return turned @ rotation * mirror, rotation.swapaxes(1, 2), root


def _about_x(angle: np.ndarray) -> np.ndarray:
    cos, sin, one, none = _parts(angle)
    return matrices((one, none, none), (none, cos, sin), (none, -sin, cos))


def _about_y(angle: np.ndarray) -> np.ndarray:
    cos, sin, one, none = _parts(angle)
    return matrices((cos, none, -sin), (none, one, none), (sin, none, cos))


def _about_z(angle: np.ndarray) -> np.ndarray:
    cos, sin, one, none = _parts(angle)
    return matrices((cos, sin, none), (-sin, cos, none), (none, none, one))


def _parts(angle: np.ndarray) -> tuple[np.ndarray, ...]:
    return np.cos(angle), np.sin(angle), np.ones_like(angle), np.zeros_like(angle)
