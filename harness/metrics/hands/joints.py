"""Errors of 3D joints and of rotations: what is computed from arrays, without any method."""

import numpy as np

THRESHOLDS = np.linspace(0, 50, 20)
"""mm, where the PCK curve is evaluated (Zimmermann and Brox, 2017, released evaluation)."""

RANGES = {"0_50": 0, "20_50": 8}
"""Ranges of the area under that curve, by the first threshold in them.

The ninth of 20 thresholds is 21.05 mm, not 20; that is where "20 to 50 mm" begins in the released
evaluation of Spurr et al. (2018), with which dVAE compares.
"""

AREA_LABELS = {"auc_0_50": "AUC 0–50 mm", "auc_20_50": "AUC 20–50 mm"}
"""What these areas are called, by the end of a metric's name."""


def distances(predicted: np.ndarray, true: np.ndarray, mm: np.ndarray) -> np.ndarray:
    """Return the Euclidean error of every joint, ``[N, J]`` in mm.

    Args:
        predicted: ``[N, J, 3]``, in units of the hand's own bone. They are not moved: a predicted
            root joint that is not at the origin is an error.
        true: ``[N, J, 3]``, relative to the root joint.
        mm: ``[N]``, the length of that bone.
    """
    apart = predicted.astype(np.float64) - true
    found: np.ndarray = np.linalg.norm(apart, axis=2) * mm[:, None]
    return found


def of_joints(errors: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the mean over images of something known of every joint, ``[..., K]``.

    Args:
        errors: ``[..., N, J]``.
        counts: ``[N, J]`` bool, whether the joint of that image counts (it is visible). Joints that
            count in no image are left out, so that K is at most J.
    """
    times = counts.sum(0)
    means: np.ndarray = (errors * counts).sum(-2)[..., times > 0] / times[times > 0]
    return means


def pck(errors: np.ndarray, counts: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return the share of correct keypoints at each threshold, ``[T]`` in [0, 1].

    Of each joint the share of images in which its error is at most the threshold; then the mean
    over joints, so that a joint that is often hidden counts as much as any other.

    Args:
        errors: ``[N, J]`` in mm.
        counts: ``[N, J]`` bool, see :func:`of_joints`.
        thresholds: ``[T]`` in mm.
    """
    correct = errors <= np.reshape(thresholds, (-1, 1, 1))
    shares: np.ndarray = of_joints(correct, counts).mean(-1)
    return shares


def areas(errors: np.ndarray, counts: np.ndarray) -> dict[str, float]:
    """Return the area under the PCK curve in each of ``RANGES``, over the range's width, in [0, 1].

    Trapezoids between the thresholds. The mean over joints of each one's area is the area under
    the mean curve, which is what is computed.
    """
    curve = pck(errors, counts, THRESHOLDS)
    return {name: _area(curve[first:], THRESHOLDS[first:]) for name, first in RANGES.items()}


def _area(curve: np.ndarray, at: np.ndarray) -> float:
    return float(np.trapezoid(curve, at) / (at[-1] - at[0]))


def sum_9(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the squared error of rotation matrices ``[N, 3, 3]``: sum over entries, mean over N.

    dVAE's Table 4 prints it as MSE. Only the sum can be meant: that of uniformly distributed
    rotations about their mean is 3, so that its 2.15 for noise is no mean over nine entries.
    """
    return float(np.square(predicted.astype(np.float64) - true).sum((1, 2)).mean())


def nearest_rotation(matrices: np.ndarray) -> np.ndarray:
    """Return the rotation nearest to each of ``[N, 3, 3]`` in the Frobenius norm (Kabsch).

    Of any matrix, as a network predicts it: ``scipy.spatial.transform.Rotation`` takes only those
    with a positive determinant.
    """
    u, _, vt = np.linalg.svd(matrices.astype(np.float64))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]  # a rotation, not a reflection
    found: np.ndarray = u @ vt
    return found


def degrees(predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the angle between rotations ``[N, 3, 3]``, ``[N]`` in degrees from 0 to 180.

    Both are rotations: see :func:`nearest_rotation`.
    """
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_matrix(predicted) * Rotation.from_matrix(true).inv()
    angles: np.ndarray = np.degrees(turn.magnitude())
    return angles
