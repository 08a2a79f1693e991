"""Minibatches sampled by index from images that stay on the training device."""

import math
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from harness.data.dataset import Split, WarpRange
from harness.data.warp import scale_draws, warp_images


class Sampler:
    """Shuffled passes over a training split.

    The images stay uint8 on the device and become float32 batch by batch, which on a CPU costs no
    more than gathering float32 and shares the arrays' memory with the other trials of the machine.
    A sampler keeps nothing of a pass, so several passes may run at once.

    Args:
        split: the training images; read-only and memory-mapped arrays are used in place.
        warp: ranges of the warp to draw afresh for every image of every pass; None for none.
        device: where the batches are made.
        batch_size: images a batch; the last of a pass may be smaller.
    """

    def __init__(
        self, split: Split, warp: WarpRange | None, device: torch.device | str, batch_size: int
    ) -> None:
        self._images = _on_device(split.images, device)
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
        order = torch.randperm(n, generator=generator).to(self._images.device)
        if self._warp is not None:
            uniform = torch.rand(3, n, generator=generator).to(self._images.device)
            warps = torch.stack(scale_draws(uniform, self._warp))
        for start in range(0, n, self._batch_size):
            batch = slice(start, start + self._batch_size)
            images = _in_unit_range(self._images.index_select(0, order[batch]))
            yield {"image": images if self._warp is None else warp_images(images, *warps[:, batch])}


def test_batches(
    split: Split, device: torch.device | str, batch_size: int
) -> Iterator[dict[str, Tensor]]:
    """Yield a split in its own order, in batches ``{"image": [B, C, H, W]}`` in [0, 1]."""
    images = _on_device(split.images, device)
    for start in range(0, len(images), batch_size):
        yield {"image": _in_unit_range(images[start : start + batch_size])}


def _on_device(images: np.ndarray, device: torch.device | str) -> Tensor:
    """Return the array as a tensor; on the CPU it shares the array's memory."""
    with warnings.catch_warnings():
        # Arrays from the cache and from Ray's object store are read-only; nothing here writes.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(images).to(device)


def _in_unit_range(images: Tensor) -> Tensor:
    return images.float().div_(255)
