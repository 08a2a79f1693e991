"""Errors of depth maps, rigid motions and flows, from arrays; each ``[N]``, one an image."""

import numpy as np

LEAST_DEPTH = 1e-3
"""Smaller depths, in metres, are taken to be that."""

_NOWHERE = 1e-12


def median_aligned(depth: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return depths ``[N, 1, H, W]`` scaled so that each image's median is the true one."""
    middles = [
        np.median(of.astype(np.float64), axis=(1, 2, 3), keepdims=True) for of in (true, depth)
    ]
    return np.asarray(depth * (middles[0] / np.maximum(middles[1], LEAST_DEPTH)))


def abs_rel(depth: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the mean absolute error of depths in that of the truth (Eigen et al., 2014)."""
    off = np.abs(depth.astype(np.float64) - true) / np.maximum(true, LEAST_DEPTH)
    return np.asarray(off.mean((1, 2, 3)))


def log_rmse(depth: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the root of the mean squared error of natural logarithms of depths."""
    logs = [np.log(np.maximum(of.astype(np.float64), LEAST_DEPTH)) for of in (depth, true)]
    return np.asarray(np.sqrt(np.square(logs[0] - logs[1]).mean((1, 2, 3))))


def rotation_degrees(motion: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the angles between the rotations of motions ``[N, 12]``, in degrees."""
    first, second = (of[:, :9].astype(np.float64).reshape(-1, 3, 3) for of in (motion, true))
    between = first.swapaxes(1, 2) @ second
    cosine = (np.trace(between, axis1=1, axis2=2) - 1) / 2
    sine = np.sqrt(np.square(between - between.swapaxes(1, 2)).sum((1, 2)) / 8)
    return np.asarray(np.degrees(np.arctan2(sine, cosine)))


def translation_degrees(motion: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the angles between the translations of motions, in degrees; 90 where one is none."""
    first, second = (of[:, 9:].astype(np.float64) for of in (motion, true))
    sine = np.linalg.norm(np.cross(first, second), axis=1)
    angle = np.degrees(np.arctan2(sine, (first * second).sum(1)))
    none = np.minimum(*(np.linalg.norm(of, axis=1) for of in (first, second))) < _NOWHERE
    return np.where(none, 90.0, angle)


def translation_relative(motion: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return how far translations are off, in the length of the true ones."""
    off = np.linalg.norm(motion[:, 9:].astype(np.float64) - true[:, 9:], axis=1)
    return np.asarray(off / np.maximum(np.linalg.norm(true[:, 9:], axis=1), _NOWHERE))


def end_point_errors(flow: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return how far off each pixel's flow is, ``[N, H, W]`` in pixels."""
    return np.asarray(np.linalg.norm(flow.astype(np.float64) - true, axis=1))
