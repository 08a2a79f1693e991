"""Bicubic resampling as two matrix products: what low resolution images are made by.

As Pillow and MATLAB do it: a new pixel is a weighted mean of the old ones, with weights of Keys's
cubic kernel (a = -0.5), stretched by the factor where the image is made smaller. At the borders the
weights are those of the pixels that there are.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor


def _cubic(x: np.ndarray, a: float = -0.5) -> np.ndarray:
    x = np.abs(x)
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    return np.where(x < 1, near, np.where(x < 2, far, 0))


@lru_cache(maxsize=64)
def weights(before: int, after: int) -> np.ndarray:
    """Return the matrix ``[after, before]`` that resamples a side of ``before`` pixels."""
    scale = before / after
    stretch = max(scale, 1.0)
    centre = (np.arange(after) + 0.5) * scale - 0.5
    found = _cubic((np.arange(before) - centre[:, None]) / stretch)
    return np.asarray(found / found.sum(1, keepdims=True))


def bicubic(image: Tensor, height: int, width: int) -> Tensor:
    """Return images ``[B, C, H, W]`` resampled to ``[B, C, height, width]``; it may overshoot."""
    down, across = (
        torch.tensor(weights(before, after), dtype=image.dtype, device=image.device)
        for before, after in zip(image.shape[-2:], (height, width), strict=True)
    )
    return down @ image @ across.mT


def shrunk(image: Tensor, factor: int = 4) -> Tensor:
    """Return images in [0, 1] at ``1 / factor`` of their size, in [0, 1].

    Raises:
        ValueError: a side of the image is no multiple of ``factor``.
    """
    height, width = image.shape[-2:]
    if height % factor or width % factor:
        raise ValueError(
            f"images of {height}x{width} pixels cannot be made {factor} times smaller: choose "
            f"images whose sides are multiples of {factor}"
        )
    return bicubic(image, height // factor, width // factor).clamp(0, 1)
