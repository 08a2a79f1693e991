"""Images on two scales: ``[0, 1]``, on which they are given and scored, and ``[-1, 1]``.

Decoders that end in a tanh, or in nothing, make images on the second; the errors of RoDi and of
dVAE are sums of squares there.
"""

from torch import Tensor


def to_unit_interval(decoded: Tensor) -> Tensor:
    """Return images on the scale ``[-1, 1]``, which may overshoot, as images in ``[0, 1]``."""
    return ((decoded + 1) / 2).clamp(0, 1)


def from_unit_interval(image: Tensor) -> Tensor:
    """Return images in ``[0, 1]`` on the scale ``[-1, 1]``."""
    return 2 * image - 1


def squared_error(decoded: Tensor, image: Tensor) -> Tensor:
    """Return the squared differences on the scale ``[-1, 1]``, summed over each image, ``[B]``.

    Args:
        decoded: ``[B, C, H, W]``, about ``[-1, 1]``.
        image: ``[B, C, H, W]`` in ``[0, 1]``.
    """
    return (decoded - from_unit_interval(image)).square().flatten(1).sum(1)
