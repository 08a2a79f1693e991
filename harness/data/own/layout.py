"""Where an image's channels are among the axes of an array."""

from typing import Literal

import numpy as np

from harness.errors import CorruptFileError, UserError

Layout = Literal["", "NHW", "NCHW", "NHWC"]
"""The axes of an array of images: image, channel, height, width; "" where it is to be found."""

CHANNELS = (1, 3)
"""Channels that images have: grey or colours."""


def find_layout(what: str, shape: tuple[int, ...], stated: Layout) -> Layout:
    """Return the layout that is stated, or the only one that an array can have.

    Args:
        what: the array, for messages.
        shape: of the array.
        stated: by the user; "" for none.

    Raises:
        CorruptFileError: no images have such a shape.
        UserError: the stated layout does not fit, or several do.
    """
    if stated:
        if len(shape) != len(stated):
            raise UserError(
                f"{what} has the shape {list(shape)}, which dataset.layout={stated} does not fit: "
                f"it takes {len(stated)} axes. Leave dataset.layout out, or state the right one."
            )
        return stated
    if len(shape) == 3:
        return "NHW"
    if len(shape) != 4:
        raise CorruptFileError(
            f"{what} has the shape {list(shape)}: images are [N, H, W], [N, C, H, W] or "
            "[N, H, W, C]. Reshape them, or name another array by dataset.images."
        )
    first, last = (shape[axis] in CHANNELS for axis in (1, 3))
    if first and last:
        raise UserError(
            f"{what} has the shape {list(shape)}, in which channels may come first or last. State "
            "which: dataset.layout=NCHW or dataset.layout=NHWC."
        )
    if not first and not last:
        raise UserError(
            f"{what} has the shape {list(shape)}, where neither the second nor the last axis is of "
            "1 or 3 channels. If it is images of another number of channels, state "
            "dataset.layout=NCHW or dataset.layout=NHWC."
        )
    return "NCHW" if first else "NHWC"


def image_shape(shape: tuple[int, ...], layout: Layout) -> tuple[int, int, int]:
    """Return channels, height and width of the images of an array."""
    sizes = dict(zip(layout, shape, strict=True))
    return sizes.get("C", 1), sizes["H"], sizes["W"]


def channels_first(images: np.ndarray, layout: Layout) -> np.ndarray:
    """Return images as ``[N, C, H, W]``, a view."""
    if layout == "NHW":
        return images[:, None]
    return images.transpose(0, 3, 1, 2) if layout == "NHWC" else images
