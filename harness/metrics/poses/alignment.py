"""Errors of skeletons in space and in the image, with and without alignment, from arrays."""

import numpy as np


def relative_to_hip(joints: np.ndarray) -> np.ndarray:
    """Return joints ``[N, J, D]`` with the first, the hip, at the origin; float64."""
    joints = joints.astype(np.float64)
    return np.asarray(joints - joints[:, :1])


def joint_errors(predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the Euclidean error of every joint, ``[N, J]`` in the joints' unit."""
    return np.asarray(np.linalg.norm(predicted.astype(np.float64) - true, axis=2))


def aligned(predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return each skeleton turned, scaled and moved to be as near as can be to the true one.

    By least squares over all joints, the hip included (Procrustes analysis). A skeleton is not
    mirrored: the rotation has determinant 1. One whose joints are all at one place is put in the
    middle of the true one.

    Args:
        predicted: ``[N, J, 3]``.
        true: ``[N, J, 3]``.

    Returns:
        ``[N, J, 3]`` float64.
    """
    middle = true.astype(np.float64).mean(1, keepdims=True)
    there = true - middle
    here = predicted.astype(np.float64)
    here = here - here.mean(1, keepdims=True)
    u, values, vt = np.linalg.svd(here.transpose(0, 2, 1) @ there)
    sign = np.sign(np.linalg.det(u @ vt))
    u[:, :, 2] *= sign[:, None]
    values[:, 2] *= sign
    size = np.square(here).sum((1, 2))
    scale = np.divide(values.sum(1), size, out=np.zeros_like(size), where=size > 0)
    return np.asarray(scale[:, None, None] * (here @ (u @ vt)) + middle)


def projected(joints: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Return where weak cameras see joints, ``[N, J, 2]``: ``s * (x, y) + (tx, ty)``.

    Args:
        joints: ``[N, J, 3]``: right, down and towards the camera.
        camera: ``[N, 3]``: s, tx and ty.
    """
    return np.asarray(camera[:, None, :1] * joints[..., :2] + camera[:, None, 1:])


def fitted_camera(joints: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the weak cameras that see joints nearest to given places, ``[N, 3]`` float64.

    By least squares; the scale is 0 where the joints are at one place.

    Args:
        joints: ``[N, J, 3]``.
        at: ``[N, J, 2]``.
    """
    flat = joints[..., :2].astype(np.float64)
    from_middle = flat - flat.mean(1, keepdims=True)
    size = np.square(from_middle).sum((1, 2))
    along = (from_middle * (at - at.mean(1, keepdims=True))).sum((1, 2))
    scale = np.divide(along, size, out=np.zeros_like(size), where=size > 0)
    shift = at.mean(1) - scale[:, None] * flat.mean(1)
    return np.concatenate([scale[:, None], shift], axis=1)
