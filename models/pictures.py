"""Images on the scale [-1, 1], on which RoDi's and dVAE's networks work."""

from torch import Tensor


def to_unit_interval(decoded: Tensor) -> Tensor:
    """Return what a decoder gives, about ``[-1, 1]``, as an image in ``[0, 1]``."""
    return ((decoded + 1) / 2).clamp(0, 1)


def squared_error(decoded: Tensor, image: Tensor) -> Tensor:
    """Return the squared differences on the scale ``[-1, 1]``, summed over each image, ``[B]``.

    Args:
        decoded: ``[B, C, H, W]``, about ``[-1, 1]``.
        image: ``[B, C, H, W]`` in ``[0, 1]``.
    """
    return (decoded - (2 * image - 1)).square().flatten(1).sum(1)
