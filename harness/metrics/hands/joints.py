"""Errors of 3D joints and of rotations, computed from arrays."""

import numpy as np

THRESHOLDS = np.linspace(0, 50, 20)
"""mm, where the PCK curve is evaluated (Zimmermann and Brox, 2017, released evaluation)."""

RANGES = {"0_50": 0, "20_50": 8}
"""Ranges of the area under that curve, by the index of their first threshold.

The ninth of 20 thresholds is 21.05 mm, not 20; that is where "20 to 50 mm" begins in the released
evaluation of Spurr et al. (2018), with which dVAE compares.
"""

AREA_LABELS = {"auc_0_50": "AUC 0–50 mm", "auc_20_50": "AUC 20–50 mm"}
"""Labels of these areas, by the end of a metric's name."""


def distances(predicted: np.ndarray, true: np.ndarray, mm: np.ndarray) -> np.ndarray:
    """Return the Euclidean error of every joint, ``[N, J]`` in mm.

    Args:
        predicted: ``[N, J, 3]``, in units of the hand's own bone. They are not aligned: a predicted
            root joint that is not at the origin is an error.
        true: ``[N, J, 3]``, relative to the root joint.
        mm: ``[N]``, the length of that bone.
    """
    difference = predicted.astype(np.float64) - true
    errors: np.ndarray = np.linalg.norm(difference, axis=2) * mm[:, None]
    return errors


def mean_over_images(values: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Return the mean of each joint's values over the images that show it, ``[..., K]``.

    Args:
        values: ``[..., N, J]``.
        visible: ``[N, J]`` bool. Joints that no image shows are left out, so that K is at most J.
    """
    times = visible.sum(0)
    means: np.ndarray = (values * visible).sum(-2)[..., times > 0] / times[times > 0]
    return means


def pck(errors: np.ndarray, visible: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Return the share of correct keypoints at each threshold, ``[T]`` in [0, 1].

    For each joint, the share of images in which its error is at most the threshold; then the mean
    over joints, so that a joint that is often hidden has the weight of any other.

    Args:
        errors: ``[N, J]`` in mm.
        visible: ``[N, J]`` bool, see :func:`mean_over_images`.
        thresholds: ``[T]`` in mm.
    """
    correct = errors <= np.reshape(thresholds, (-1, 1, 1))
    shares: np.ndarray = mean_over_images(correct, visible).mean(-1)
    return shares


def areas(errors: np.ndarray, visible: np.ndarray) -> dict[str, float]:
    """Return the area under the PCK curve in each of ``RANGES``, over the range's width, in [0, 1].

    Trapezoids between the thresholds, of the mean curve: its area is the mean of the joints' areas.
    """
    curve = pck(errors, visible, THRESHOLDS)
    return {name: _area(curve[first:], THRESHOLDS[first:]) for name, first in RANGES.items()}


def _area(curve: np.ndarray, at: np.ndarray) -> float:
    return float(np.trapezoid(curve, at) / (at[-1] - at[0]))


def sum_9(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the squared error of rotation matrices ``[N, 3, 3]``: sum over entries, mean over N.

    dVAE's Table 4 prints it as MSE. It must be the sum: uniformly distributed rotations are at 3
    from their mean, so that the 2.15 printed for noise cannot be a mean over nine entries.
    """
    return float(np.square(predicted.astype(np.float64) - true).sum((1, 2)).mean())


def nearest_rotation(matrices: np.ndarray) -> np.ndarray:
    """Return the rotation nearest to each of ``[N, 3, 3]`` in the Frobenius norm (Kabsch).

    ``scipy.spatial.transform.Rotation.from_matrix`` finds the same for matrices of positive
    determinant and refuses all others, which a network predicts too.
    """
    u, _, vt = np.linalg.svd(matrices.astype(np.float64))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]  # a rotation, not a reflection
    rotations: np.ndarray = u @ vt
    return rotations


def degrees(predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the angle between rotations ``[N, 3, 3]``, ``[N]`` in degrees from 0 to 180.

    From the distance of the matrices, ``2 sqrt(2) sin(angle / 2)``: the arc cosine of the trace
    would lose small angles to rounding. ``Rotation.magnitude`` of scipy first makes a dataset's
    float32 matrices orthogonal, which moves mean angles by some 3e-7 degrees.
    """
    chord = np.linalg.norm(predicted - true, axis=(1, 2)) / np.sqrt(8)
    angles: np.ndarray = np.degrees(2 * np.arcsin(np.clip(chord, 0, 1)))
    return angles
