"""Lets a loaded method take images as people have them: uint8 or float, NumPy's or torch's."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from harness.errors import UserError
from models.method import Method, device_of

OF_IMAGES = ("encode", "posterior", "reconstruct", "swap", "appearance", "decode_groups", "predict")
"""Functions of ``models.protocols`` whose arguments are images."""


def accepting_images(method: Method) -> Method:
    """Return a method, itself, whose functions of images take any that :func:`as_images` does.

    Its parameters no longer ask for gradients, so that results can be turned into arrays.
    """
    method.__class__ = _accepting(type(method))
    return method.requires_grad_(requires_grad=False)


def _accepting(cls: type[Method]) -> type[Method]:
    """Return a subclass under the same name; unlike functions set on an object it can be copied."""
    own = {name: _converting(getattr(cls, name)) for name in OF_IMAGES if hasattr(cls, name)}
    names: dict[str, Any] = {"__module__": cls.__module__, "__doc__": cls.__doc__, **own}
    return type(cls.__name__, (cls,), names)


def _converting(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def converted(method: Method, *images: Any, **named: Any) -> Any:
        given = [as_images(each, method) for each in images]
        return function(method, *given, **{k: as_images(v, method) for k, v in named.items()})

    return converted


def as_images(images: Any, method: Method) -> Tensor:
    """Return images as a method takes them: float32 ``[N, C, H, W]`` in [0, 1], on its device.

    Args:
        images: an array or a tensor ``[N, C, H, W]``: uint8, where 255 stands for 1, or floats in
            [0, 1].
        method: whose they are to be.

    Raises:
        UserError: another type, shape or range.
    """
    given = torch.as_tensor(
        np.ascontiguousarray(images) if isinstance(images, np.ndarray) else images
    )
    shape = tuple(given.shape[1:])
    if given.ndim != 4 or shape != tuple(method.data.image_shape):
        raise UserError(
            f"The images are {list(given.shape)}; the method was trained on [N, "
            f"{', '.join(map(str, method.data.image_shape))}] (number, channels, height, width)."
        )
    device = device_of(method)
    if given.dtype == torch.uint8:
        return given.to(device).float().div_(255)
    if not given.is_floating_point():
        raise UserError(f"The images are {given.dtype}: give uint8, or floats in [0, 1].")
    if given.numel() and not (given.min() >= 0 and given.max() <= 1):
        raise UserError(
            f"The images are floats from {float(given.min()):g} to {float(given.max()):g}: they "
            "must lie in [0, 1]. Give uint8, or divide them by their largest value."
        )
    return given.to(device, torch.float32)
