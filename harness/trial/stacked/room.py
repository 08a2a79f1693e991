"""How many trials fit into a device's memory at a time, by what the first of them takes."""

import resource
import sys
from pathlib import Path

import torch

SHARE = 0.7
"""Of the memory that is free: so much is given out; stacking takes a part of its own."""

MEMINFO = Path("/proc/meminfo")
"""Where Linux says how much memory is available."""


class Room:
    """Measures what one trial takes on its way to its second step.

    Args:
        device: where it trains.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before = self._taken()

    def trials(self) -> int | None:
        """Return for how many more there is memory; None where that cannot be known."""
        free, one = self._free(), self._taken() - self._before
        return None if free is None or one <= 0 else int(SHARE * free / one)

    def _taken(self) -> int:
        """Return the most bytes that this process has had so far."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device)
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def _free(self) -> int | None:
        """Return the bytes that are free on the device."""
        if self._device.type == "cuda":
            return torch.cuda.mem_get_info(self._device)[0]
        if not MEMINFO.exists():
            return None
        lines = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines())
        return 1024 * int(lines["MemAvailable"].split()[0])
