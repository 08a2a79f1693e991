"""Parts of painted scenes: muted colours, smooth bands, smooth noise."""

import numpy as np

from harness import keyed_random
from harness.drawing.colours import hue


def muted(
    turn: np.ndarray, towards: np.ndarray, saturation: np.ndarray, value: np.ndarray
) -> np.ndarray:
    """Return muted colours ``[N, 3]``, half of them near grey."""
    grey = np.repeat(value[:, None], 3, axis=1)
    share = (saturation * (0.3 + 0.7 * towards))[:, None]
    return np.asarray(grey + share * (hue(turn, 1.0, value) - grey))


def between(at: np.ndarray, first: float, last: float, soft: float) -> np.ndarray:
    """Return 1 from ``first`` to ``last`` and 0 outside, with edges that fade over ``2 soft``."""
    half = (last - first) / 2
    distance = np.abs(at - first - half) - half
    return np.asarray(np.clip(0.5 - distance / (2 * soft), 0, 1))


def smooth_noise(
    key: str, y: np.ndarray, x: np.ndarray, grids: tuple[tuple[int, int], ...]
) -> np.ndarray:
    """Return smooth noise in [0, 1], ``[H, W]``: values at coarse grids, interpolated.

    Args:
        key: names the noise.
        y: ``[H, 1]`` in [0, 1].
        x: ``[1, W]`` in [0, 1].
        grids: rows and columns of the grids, each half as strong as the one before.
    """
    total = np.zeros((len(y), x.shape[1]))
    for octave, (rows, columns) in enumerate(grids):
        grid = keyed_random.uniforms(f"{key}/{octave}", rows, columns)
        down, across = _weights(y[:, 0], rows), _weights(x[0], columns)
        total += 0.5**octave * (down @ grid @ across.T)
    return np.asarray(total / sum(0.5**octave for octave in range(len(grids))))


def _weights(at: np.ndarray, n: int) -> np.ndarray:
    """Return the weights ``[M, n]`` of grid values at places in [0, 1], by linear interpolation."""
    return np.asarray(np.maximum(1 - np.abs(at[:, None] * (n - 1) - np.arange(n)), 0))
