"""Refuses datasets that nothing can be learned from."""

import numpy as np

from harness.data.dataset import Dataset
from harness.errors import UserError

FEWEST_IMAGES = {"training": 2, "test": 1}
"""Images of a split: of a single one, nothing can be learned."""

SMALLEST_SIDE = 4
"""Pixels: of fewer there is nothing that could be turned or halved."""


def require_usable(dataset: Dataset) -> None:
    """Refuse a dataset whose images are too few, too small, or of two kinds.

    Raises:
        UserError: says of which split, and what it has.
    """
    for split, part in (("training", dataset.train), ("test", dataset.test)):
        if part.images.ndim != 4 or part.images.dtype != np.uint8:
            raise UserError(
                f"The {split} images of the dataset '{dataset.name}' must be [N, C, H, W] uint8, "
                f"not {list(part.images.shape)} {part.images.dtype}."
            )
        require_shape(f"The dataset '{dataset.name}'", split, part.images.shape)
    train, test = dataset.train.images.shape[1:], dataset.test.images.shape[1:]
    if train != test:
        raise UserError(
            f"The training images of the dataset '{dataset.name}' are {list(train)} and its test "
            f"images {list(test)} (channels, height, width): they must be alike."
        )


def require_shape(what: str, split: str, shape: tuple[int, ...]) -> None:
    """Refuse ``[N, C, H, W]`` of too few images, or of too small ones.

    Args:
        what: a dataset or a file, for the message.
        split: ``training`` or ``test``.
        shape: of the images.

    Raises:
        UserError: says what there is and what it takes.
    """
    n, channels, height, width = shape
    if n < FEWEST_IMAGES[split]:
        raise UserError(f"{what} has {n} {split} images: it takes at least {FEWEST_IMAGES[split]}.")
    if min(height, width) < SMALLEST_SIDE or not channels:
        raise UserError(
            f"{what} has {split} images of {height} x {width} pixels and {channels} channels: they "
            f"need at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels and a channel."
        )
