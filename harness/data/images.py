"""Batches of images by index, from the training device's memory or from the host's."""

from __future__ import annotations

import math
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import numpy as np
import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 2
"""Results computed ahead of the one in use: one is ready while the next is being computed."""

RESIDENT_SHARE = 0.25
"""Images that take more than this share of a GPU's free memory stay in the host's."""


class Images:
    """Images that stay uint8 on the device or, where too large for it, in the host's memory.

    On a CPU they are used in place, memory-mapped or not: to make float32 batch by batch costs no
    more than gathering float32, and the arrays' memory is shared with other trials of the machine.
    From the host's memory a thread gathers the next batches while one is in use.

    Args:
        images: ``[N, C, H, W]`` uint8; may be read-only.
        device: where batches are made.
        resident_limit: the most bytes kept on the device; None for a quarter of what a GPU has
            free, and for no limit on the CPU.
    """

    def __init__(
        self,
        images: np.ndarray,
        device: torch.device | str,
        resident_limit: int | None = None,
    ) -> None:
        self.device = device = torch.device(device)
        there = _place(images, device) in _RESIDENT
        self.resident = there or images.nbytes <= _limit(device, resident_limit)
        self._images = _resident(images, device) if self.resident else _shared(images)

    def __len__(self) -> int:
        return len(self._images)

    def gathered(self, rows: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Yield ``[n, C, H, W]`` float32 in [0, 1] on the device for each ``[n]`` of indices.

        Batches and their order are the same, bit for bit, wherever the images are kept.
        """
        parts = (part.to(self._images.device) for part in rows)
        gathered = (
            map(self._gather, parts) if self.resident else computed_ahead(self._gather, parts)
        )
        for images in gathered:
            yield images.to(self.device, non_blocking=True).float().div_(255)

    def _gather(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the images of ``rows``; those to be copied to a GPU in memory it can read."""
        pinned = not self.resident and self.device.type == "cuda"
        shape = len(rows), *self._images.shape[1:]
        out = torch.empty(shape, dtype=torch.uint8, device=self._images.device, pin_memory=pinned)
        return torch.index_select(self._images, 0, rows, out=out)


_RESIDENT: WeakValueDictionary[Any, torch.Tensor] = WeakValueDictionary()
"""Images on a device, by where they are in the host's memory: trials that are trained together, or
one after another, need them once."""


def _place(images: np.ndarray, device: torch.device) -> Any:
    return images.ctypes.data, images.shape, images.strides, device


def _resident(images: np.ndarray, device: torch.device) -> torch.Tensor:
    """Return the images on the device, which all who use them share."""
    if device.type == "cpu":
        return _shared(images)
    found = _RESIDENT.get(_place(images, device))
    if found is None:
        found = _RESIDENT[_place(images, device)] = _shared(images).to(device)
        found.of = images  # type: ignore[attr-defined]  # so long nothing else lies at its place
    return found


def _limit(device: torch.device, resident_limit: int | None) -> float:
    if resident_limit is not None:
        return resident_limit
    if device.type != "cuda":
        return math.inf
    free, _ = torch.cuda.mem_get_info(device)
    return RESIDENT_SHARE * free


def _shared(images: np.ndarray) -> torch.Tensor:
    """Return the array as a tensor that shares its memory."""
    with warnings.catch_warnings():
        # Arrays from the cache and from Ray's object store are read-only; nothing here writes.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(images)


def computed_ahead(compute: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield ``compute(item)`` of every item in order; a thread computes ``AHEAD`` in advance.

    What ``compute`` raises is raised here in its turn. The thread has ended when this iterator is
    exhausted, closed or dropped.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="unbraid-prefetch") as thread:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(thread.submit(compute, item))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
