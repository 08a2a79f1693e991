"""Images at another size: each new pixel is the mean over the area it covers of the old ones."""

import numpy as np


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Return images resized to ``size`` pixels high and wide.

    Where the old size is a multiple of the new one this is the mean of squares of pixels.

    Args:
        images: ``[..., H, W]`` uint8.
        size: the new height and width.

    Returns:
        ``[..., size, size]`` uint8.
    """
    height, width = images.shape[-2:]
    if (height, width) == (size, size):
        return images
    along_rows = images.astype(np.float32) @ _shares(width, size).T
    found = _shares(height, size) @ along_rows
    return np.rint(found, out=found).astype(np.uint8)


def _shares(old: int, new: int) -> np.ndarray:
    """Return ``[new, old]`` float32: which share of new pixel i lies over old pixel j."""
    edges = np.arange(new + 1) * old / new
    j = np.arange(old)
    overlap = np.minimum(edges[1:, None], j + 1) - np.maximum(edges[:-1, None], j)
    return (np.maximum(overlap, 0) * new / old).astype(np.float32)
