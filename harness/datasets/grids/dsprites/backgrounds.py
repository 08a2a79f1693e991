"""The noisy and coloured dSprites of Locatello et al. (2019), as disentanglement_lib makes them.

What is random there for every batch is drawn here once for each image, by its place in the grid.
"""

from pathlib import Path
from typing import Literal

import numpy as np

from harness import keyed_random
from harness.data.files.photographs import opened
from harness.errors import UserError

Background = Literal["plain", "color", "noise", "scream"]

PICTURE_SIZE = 350, 274
"""Width and height that a picture is brought to fit into before patches are cut out, pixels."""


def painted(
    background: Background, white: np.ndarray, key: str, picture: np.ndarray | None = None
) -> np.ndarray:
    """Return an image in colour.

    ``color`` has the object in a random colour, each channel in [0.5, 1], on black; ``noise`` has a
    white object on a background of uniform noise in [0, 1]; ``scream`` has a random patch of a
    picture, averaged with a random colour, in which the object is inverted.

    Args:
        background: which of the three.
        white: ``[H, W]`` bool, the object.
        key: names the random numbers.
        picture: ``[h, w, 3]`` uint8, what patches are cut from.

    Returns:
        ``[3, H, W]`` uint8.
    """
    height, width = white.shape
    if background == "color":
        color = 0.5 + 0.5 * keyed_random.uniforms(key, 1, 3)[0]
        image = white * color[:, None, None]
    elif background == "noise":
        noise = keyed_random.uniforms(key, 1, 3 * height * width).reshape(3, height, width)
        image = np.where(white, 1, noise)
    else:
        assert picture is not None
        down, across, *color = keyed_random.uniforms(key, 1, 5)[0]
        top, left = int(down * (len(picture) - height)), int(across * (picture.shape[1] - width))
        patch = picture[top : top + height, left : left + width].transpose(2, 0, 1) / 255
        mixed = (patch + np.array(color)[:, None, None]) / 2
        image = np.where(white, 1 - mixed, mixed)
    return np.asarray(np.rint(255 * image), np.uint8)


def read_picture(path: Path, size: int) -> np.ndarray:
    """Return a picture ``[h, w, 3]`` uint8, no larger than :data:`PICTURE_SIZE`.

    Args:
        path: its file.
        size: height and width of the patches, pixels.

    Raises:
        CorruptFileError: the file is no image.
        UserError: it is too small for the patches.
    """
    with opened(path) as image:
        picture = image.convert("RGB")
    picture.thumbnail(PICTURE_SIZE)
    if min(picture.size) <= size:
        raise UserError(
            f"{path} is of {picture.width}x{picture.height} pixels where it fits into "
            f"{PICTURE_SIZE[0]}x{PICTURE_SIZE[1]}: too small for patches of {size}x{size}. Put a "
            "larger picture there."
        )
    return np.asarray(picture)
