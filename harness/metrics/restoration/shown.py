"""What is shown of restored images: pixels that were seen stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.protocols import Inpaints, Restores

if TYPE_CHECKING:
    from torch import Tensor

    from models.method import Batch


def shown(method: Restores, batch: Batch) -> Tensor:
    """Return the restored images of a batch, ``[B, C, H, W]`` in [0, 1].

    Of a method that fills in hidden boxes, the pixels that it sees are those of the image.
    """
    restored = method.restore(batch)
    if not isinstance(method, Inpaints):
        return restored
    visible = method.visible(batch)
    return visible * batch["image"] + (1 - visible) * restored
