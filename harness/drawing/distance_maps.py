"""Distance maps of sketches, which the methods that translate to sketches learn from."""

import numpy as np
from scipy import ndimage

CLIP = 0.1
"""The distance from which on all is 1, in widths of the image."""


def distance_map(strokes: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the nearest stroke, in [0, 1] and 0 on strokes.

    The Euclidean distance of pixels' centres, clipped at a tenth of the width and divided by that;
    1 everywhere in an image without strokes.

    Args:
        strokes: ``[..., H, W]``, not 0 on strokes.

    Returns:
        float32 of the same shape.
    """
    height, width = strokes.shape[-2:]
    flat = strokes.reshape(-1, height, width) != 0
    maps = np.ones(flat.shape, np.float32)
    for drawn, distance in zip(flat, maps, strict=True):
        if drawn.any():
            far = ndimage.distance_transform_edt(~drawn) / (CLIP * width)
            np.minimum(far, 1, out=distance, casting="same_kind")
    return maps.reshape(strokes.shape)
