"""How alike two images are: PSNR and SSIM of images in [0, 1]."""

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_PSNR = 100.0
"""What identical images get, decibels."""

_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2


def psnr(made: "Tensor", true: "Tensor") -> "Tensor":
    """Return the peak signal-to-noise ratio ``-10 log10 mse`` of each pair, ``[B]`` in decibels.

    At most :data:`LARGEST_PSNR`. The code of AIGN for faces takes errors on the scale [-1, 1]
    against a peak of 1, which is 6.02 decibels less.

    Args:
        made: ``[B, C, H, W]`` in [0, 1].
        true: the same.
    """
    error = (made - true).square().flatten(1).mean(1)
    return -10 * error.clamp(min=10 ** (-LARGEST_PSNR / 10)).log10()


def ssim(made: "Tensor", true: "Tensor") -> "Tensor":
    """Return the structural similarity of each pair, ``[B]`` in [-1, 1] (Wang et al., 2004).

    Local statistics are weighted by a Gaussian window of 11x11 pixels with deviation 1.5, or the
    largest odd one that fits into a smaller image, where all of it is in the image; the index is
    averaged over places and channels. K1 = 0.01, K2 = 0.03.

    Args:
        made: ``[B, C, H, W]`` in [0, 1].
        true: the same.
    """
    side = min(_WINDOW, (min(made.shape[-2:]) - 1) // 2 * 2 + 1)
    at = torch.arange(side, dtype=made.dtype, device=made.device) - side // 2
    window = (-at.square() / (2 * _SIGMA**2)).exp()
    window = window / window.sum()

    def local(values: "Tensor") -> "Tensor":
        flat = values.flatten(0, 1)[:, None]
        down = torch.conv2d(flat, window[None, None, :, None])
        across = torch.conv2d(down, window[None, None, None, :])
        return torch.unflatten(across, 0, values.shape[:2])

    x, y = local(made), local(true)
    var_x, var_y = local(made.square()) - x.square(), local(true.square()) - y.square()
    covariance = local(made * true) - x * y
    similar = (2 * x * y + _C1) * (2 * covariance + _C2)
    scale = (x.square() + y.square() + _C1) * (var_x + var_y + _C2)
    return (similar / scale).flatten(1).mean(1)
