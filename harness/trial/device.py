"""The device that a trial trains on."""

import torch

from harness.errors import UserError


def pick_device(device: str) -> torch.device:
    """Return the device of a trial: ``auto`` is a GPU where this process sees one.

    Raises:
        UserError: ``cuda`` was asked for and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError(
            "device=cuda, but torch sees no GPU here. Use device=cpu, or in a sweep give each "
            "trial one with ray.gpus_per_trial=1."
        )
    if device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda")
