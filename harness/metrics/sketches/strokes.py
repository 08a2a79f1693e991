"""Errors of distance maps of sketches, from arrays."""

import numpy as np

THRESHOLD = 0.25
"""A pixel is of a stroke where a distance map, which goes from 0 to 1, is no more than this.

The maps are of a tenth of the width, so that strokes are as wide as the line and a twentieth of the
width: 3.2 pixels more at 64, by which a blurred map of a thin line still shows it.
"""


def strokes_of(maps: np.ndarray) -> np.ndarray:
    """Return which pixels of distance maps ``[..., H, W]`` are of strokes, bool."""
    return np.asarray(maps <= THRESHOLD)


def chamfer_distances(drawn: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the chamfer distance of the strokes of each pair of sketches, ``[N]`` in pixels.

    The mean distance from a pixel of the one's strokes to the nearest of the other's, averaged over
    both ways, so that it is the same whichever is called true. It is 0 for the same strokes, also
    for none in both; where one has strokes and the other has none, it is the images' diagonal.

    Args:
        drawn: ``[N, 1, H, W]`` bool.
        true: ``[N, 1, H, W]`` bool.
    """
    from scipy import ndimage  # it looks at torch, which a plan does without

    diagonal = float(np.hypot(*drawn.shape[-2:]))
    found = np.zeros(len(drawn))
    for row, (one, other) in enumerate(zip(drawn[:, 0], true[:, 0], strict=True)):
        if one.any() and other.any():
            there = ndimage.distance_transform_edt(~other)[one].mean()
            back = ndimage.distance_transform_edt(~one)[other].mean()
            found[row] = (there + back) / 2
        elif one.any() or other.any():
            found[row] = diagonal
    return found


def sketch_errors(predicted: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Return ``sketch_sse`` and ``chamfer`` of distance maps ``[N, 1, H, W]``, means over N."""
    squared = np.square(predicted.astype(np.float64) - true)
    return {
        "sketch_sse": float(squared.sum((1, 2, 3)).mean()),
        "chamfer": float(chamfer_distances(strokes_of(predicted), strokes_of(true)).mean()),
    }
