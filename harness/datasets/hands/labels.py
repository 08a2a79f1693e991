"""Factors and modalities of the joints of hands, the same for every dataset of hands."""

from collections.abc import Sequence

import numpy as np

from harness.datasets.hands.canonical_pose import canonicalise, normalise

MODALITIES = ("pose", "cpose", "viewpoint")


def joint_labels(
    names: Sequence[str], xyz: np.ndarray, at: np.ndarray, seen: np.ndarray, right: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the factors and the modalities of hands.

    Args:
        names: of the 21 joints, the root first.
        xyz: ``[N, 21, 3]`` mm before the camera.
        at: ``[N, 21, 2]``, x and y in pixels of the image.
        seen: ``[N, 21]`` bool.
        right: ``[N]`` bool; their canonical poses are mirror images.

    Returns:
        ``bone_mm``, the length of the bone between joints 11 and 12, and for each joint
        ``<name>_x``, ``<name>_y`` and ``visible_<name>``; and the modalities: ``pose`` relative to
        the root and in lengths of that bone, ``cpose`` and ``viewpoint``. Floating ones are
        float32. A hand whose bone has no length has poses that are not finite.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        pose, bone = normalise(xyz.astype(np.float64))
        cpose, viewpoint, _ = canonicalise(pose, right)
    at = at.astype(np.float32)
    factors: dict[str, np.ndarray] = {"bone_mm": bone.astype(np.float32)}
    for j, name in enumerate(names):
        factors |= {f"{name}_x": at[:, j, 0].copy(), f"{name}_y": at[:, j, 1].copy()}
        factors[f"visible_{name}"] = seen[:, j].astype(np.int64)
    poses = dict(zip(MODALITIES, (pose, cpose, viewpoint), strict=True))
    return factors, {name: array.astype(np.float32) for name, array in poses.items()}
