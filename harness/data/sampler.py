"""Minibatches sampled by index from images that stay on the training device, or beside it."""

import math
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from harness.data.dataset import Split, WarpRange
from harness.data.prefetch import made_ahead
from harness.data.warp import scale_draws, warp_images

RESIDENT_SHARE = 0.25
"""Images that take more than this share of a GPU's free memory stay in the host's."""


class Sampler:
    """Shuffled passes over a training split.

    The images stay uint8 on the device and become float32 batch by batch, which on a CPU costs no
    more than gathering float32 and shares the arrays' memory with the other trials of the machine.
    Images too large for a device's memory stay where they are, memory-mapped or not, and a thread
    gathers the next batches while one is in use; batches and their order are the same, bit for bit.
    A sampler keeps nothing of a pass, so several passes may run at once.

    Args:
        split: the training images; read-only and memory-mapped arrays are used in place.
        warp: ranges of the warp to draw afresh for every image of every pass; None for none.
        device: where the batches are made.
        batch_size: images a batch; the last of a pass may be smaller.
        resident_limit: the most bytes of images kept on the device; None for a quarter of what a
            GPU has free, and for no limit on the CPU, where they are used in place.
    """

    def __init__(
        self,
        split: Split,
        warp: WarpRange | None,
        device: torch.device | str,
        batch_size: int,
        resident_limit: int | None = None,
    ) -> None:
        self._images = _Images(split.images, torch.device(device), resident_limit)
        self._warp = warp
        self._batch_size = batch_size

    def __len__(self) -> int:
        """Number of batches in a pass."""
        return math.ceil(len(self._images) / self._batch_size)

    def epoch(self, generator: torch.Generator) -> Iterator[dict[str, Tensor]]:
        """Yield every image once, in batches ``{"image": [B, C, H, W]}`` in [0, 1].

        Args:
            generator: a CPU generator, so that a pass is the same on every device. The order and
                all the warps of the pass are drawn from it before the first batch.
        """
        n = len(self._images)
        order = torch.randperm(n, generator=generator)
        if self._warp is not None:
            uniform = torch.rand(3, n, generator=generator).to(self._images.device)
            warps = torch.split(
                torch.stack(scale_draws(uniform, self._warp)), self._batch_size, dim=1
            )
        for i, images in enumerate(self._images.batches(order, self._batch_size)):
            yield {"image": images if self._warp is None else warp_images(images, *warps[i])}


def test_batches(
    split: Split,
    device: torch.device | str,
    batch_size: int,
    resident_limit: int | None = None,  # noqa: PT028 - no test, whatever its name
) -> Iterator[dict[str, Tensor]]:
    """Yield a split in its own order, in batches ``{"image": [B, C, H, W]}`` in [0, 1].

    Args:
        split: the images, and where they lie: as for :class:`Sampler`.
        device: where the batches are made.
        batch_size: images a batch; the last may be smaller.
        resident_limit: as for :class:`Sampler`.
    """
    images = _Images(split.images, torch.device(device), resident_limit)
    for batch in images.batches(torch.arange(len(images)), batch_size):
        yield {"image": batch}


class _Images:
    """Images ``[N, C, H, W]`` uint8, on the device or, where too large for it, beside it."""

    def __init__(
        self, images: np.ndarray, device: torch.device, resident_limit: int | None
    ) -> None:
        self.device = device
        self.resident = images.nbytes <= _limit(device, resident_limit)
        self._images = _shared(images).to(device) if self.resident else _shared(images)

    def __len__(self) -> int:
        return len(self._images)

    def batches(self, order: Tensor, batch_size: int) -> Iterator[Tensor]:
        """Yield the images of the indices ``order [N]``, float32 in [0, 1] on the device."""
        parts = torch.split(order.to(self._images.device), batch_size)
        gathered = map(self._gather, parts) if self.resident else made_ahead(self._gather, parts)
        for images in gathered:
            yield images.to(self.device, non_blocking=True).float().div_(255)

    def _gather(self, rows: Tensor) -> Tensor:
        """Return the images of ``rows``; those to be copied to a GPU in memory it can read."""
        pinned = not self.resident and self.device.type == "cuda"
        shape = len(rows), *self._images.shape[1:]
        out = torch.empty(shape, dtype=torch.uint8, device=self._images.device, pin_memory=pinned)
        return torch.index_select(self._images, 0, rows, out=out)


def _limit(device: torch.device, resident_limit: int | None) -> float:
    if resident_limit is not None:
        return resident_limit
    if device.type != "cuda":
        return math.inf
    free, _ = torch.cuda.mem_get_info(device)
    return RESIDENT_SHARE * free


def _shared(images: np.ndarray) -> Tensor:
    """Return the array as a tensor that shares its memory."""
    with warnings.catch_warnings():
        # Arrays from the cache and from Ray's object store are read-only; nothing here writes.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(images)
