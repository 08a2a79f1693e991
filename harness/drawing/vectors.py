"""Unit vectors and rotations of figures, for many of them at once."""

import numpy as np


def turned(start: np.ndarray, towards: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Return unit vectors turned by ``angle`` ``[N]`` towards others perpendicular to them."""
    return np.asarray(np.cos(angle)[:, None] * start + np.sin(angle)[:, None] * towards)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return ``vectors`` ``[..., D]`` with length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def matrices(*rows: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return matrices ``[N, R, C]`` of their entries ``[N]``, row by row."""
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
