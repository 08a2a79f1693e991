"""What is seen of a whole image: averages of squares of pixels, or all but a hidden box."""

import torch
import torch.nn.functional as F
from torch import Tensor


def average_pool(image: Tensor, factor: int = 4) -> Tensor:
    """Return the means over squares of ``factor`` pixels, ``[B, C, H / factor, W / factor]``.

    Args:
        image: ``[B, C, H, W]``; its sides are multiples of ``factor``.
        factor: pixels along a side of a square.

    Raises:
        ValueError: a side of the image is no multiple of ``factor``.
    """
    if image.shape[-1] % factor or image.shape[-2] % factor:
        raise ValueError(
            f"images of {image.shape[-2]}x{image.shape[-1]} pixels cannot be averaged over squares "
            f"of {factor}: choose images whose sides are multiples of {factor}"
        )
    return F.avg_pool2d(image, factor)


def mask(image: Tensor, visible: Tensor) -> Tensor:
    """Return what is seen of images: the hidden pixels are 0.

    Args:
        image: ``[B, C, H, W]``.
        visible: ``[B, 1, H, W]``, 1 where a pixel is seen and 0 where it is hidden.
    """
    return image * visible


def visible_outside(box: Tensor, height: int, width: int) -> Tensor:
    """Return which pixels are outside a box, ``[B, 1, H, W]``, 1.0 or 0.0.

    Args:
        box: ``[B, 4]``: left, top, width and height in pixels, so that (0, 0, W, H) is all of the
            image; a pixel is in the box if its centre is.
        height: pixels.
        width: pixels.
    """
    x = torch.arange(width, device=box.device) + 0.5
    y = torch.arange(height, device=box.device) + 0.5
    left, top, wide, high = (side[:, None] for side in box.unbind(1))
    across = ((x >= left) & (x < left + wide))[:, None, None, :]
    down = ((y >= top) & (y < top + high))[:, None, :, None]
    return (~(across & down)).to(box.dtype)


@torch.no_grad()
def filled_inwards(seen: Tensor, visible: Tensor) -> Tensor:
    """Return images with their holes filled from the border inwards, ``[B, C, H, W]``.

    Hidden pixels become averages of 3x3 pixels, taken again and again. Pixels count once something
    is known of them, so that each round fills one more pixel from the border; there are as many
    rounds as the larger side has pixels. Where all of an image is hidden it is 0.

    Args:
        seen: ``[B, C, H, W]``, hidden pixels 0.
        visible: ``[B, 1, H, W]``, 1 where a pixel is seen and 0 where it is hidden.
    """
    filled, known = seen, visible
    for _ in range(max(seen.shape[-2:])):
        weight = F.avg_pool2d(known, 3, 1, 1, count_include_pad=False)
        blurred = F.avg_pool2d(filled * known, 3, 1, 1, count_include_pad=False)
        blurred = blurred / weight.clamp(min=1e-6)
        known = (weight > 0).to(seen.dtype)
        filled = seen + (1 - visible) * blurred * known
    return filled
