"""Pixels as files hold them, turned into those of a dataset."""

from typing import Literal

import numpy as np

SIZE = 64
"""Height and width to which all these sets are brought, pixels."""


def channels_first(images: np.ndarray) -> np.ndarray:
    """Return ``[N, H, W, C]`` as ``[N, C, H, W]``."""
    return images.transpose(0, 3, 1, 2)


def resized(images: np.ndarray, filter: Literal["lanczos", "bicubic"]) -> np.ndarray:  # noqa: A002
    """Return images of 64x64 pixels, each a weighted mean of all the old ones below it.

    Args:
        images: ``[N, H, W]`` or ``[N, H, W, 3]`` uint8.
        filter: the weights. Values that these take out of 0..255 are clipped.

    Returns:
        ``[N, 64, 64]`` or ``[N, 64, 64, 3]`` uint8.
    """
    from PIL import Image

    resample = Image.Resampling[filter.upper()]
    whole = (Image.fromarray(np.ascontiguousarray(image)) for image in images)
    return np.stack([np.asarray(image.resize((SIZE, SIZE), resample)) for image in whole])
