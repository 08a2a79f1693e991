"""Files of a network's weights that others have trained, such as torchvision's."""

import torch
from torch import Tensor


def read_weights(path: str, whose: str) -> dict[str, Tensor]:
    """Return the tensors of a saved state dict, which is unpickled without running code.

    Args:
        path: the file.
        whose: what network they are of, for messages.

    Raises:
        ValueError: there is no such file, it is damaged, or it holds something else.
    """
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file leads torch's reader to nearly anything
        raise ValueError(f"the weights of {whose} cannot be read: {path}: {error}") from error
    if not isinstance(loaded, dict) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in loaded.items()
    ):
        raise ValueError(f"the weights of {whose} cannot be read: {path} holds no state dict")
    return loaded
