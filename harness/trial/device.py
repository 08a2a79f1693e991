"""The device that a trial trains on."""

import torch

from harness.errors import UserError


def pick_device(device: str) -> torch.device:
    """Return the device of a trial: ``auto`` is a GPU where this process sees one.

    Args:
        device: ``auto``, ``cpu``, ``cuda``, or ``cuda:I`` for GPU I of those it sees.

    Raises:
        UserError: a GPU was asked for that is not there.
    """
    n = torch.cuda.device_count() if torch.cuda.is_available() else 0
    kind, _, index = device.partition(":")
    if kind == "cuda" and n == 0:
        raise UserError(
            f"device={device}, but torch sees no GPU here. Use device=cpu, or in a sweep give each "
            "trial one with ray.gpus_per_trial=1."
        )
    if index and int(index) >= n:
        there = "cuda:0" if n == 1 else f"cuda:0 to cuda:{n - 1}"
        raise UserError(f"device={device}, but torch sees only {there} here.")
    if kind == "cpu" or n == 0:
        return torch.device("cpu")
    return torch.device(device if index else "cuda")


def device_name(device: torch.device) -> str:
    """Return what a device is called in results."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
