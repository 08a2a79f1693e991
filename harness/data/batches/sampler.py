"""Minibatches of the images of a training split, shuffled or in order.

What says nothing of the images beside it (``Declaration.unpaired``) comes in passes of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from harness.data.dataset import Split, WarpRange
from harness.data.images import Images
from harness.data.warp import scale_draws, warp_images


class Sampler:
    """Passes over a training split, shuffled or in its own order.

    A sampler keeps nothing of a pass, so several passes may run at once.

    Args:
        split: the training images.
        warp: ranges of the warp to draw afresh for every image of every pass; None for none.
        device: where the batches are made.
        batch_size: images a batch; the last of a pass may be smaller.
        resident_limit: see :class:`harness.data.images.Images`.
        needs: names of the modalities that are in the batches.
        only: the images that are in the batches; None for all. An epoch has as many batches as with
            all of them, and goes over these several times.
        unpaired: names of modalities that are in the batches ``repeats`` times an image.
        repeats: see there.
        memory: the images that ``memory`` in the batches is drawn from; None for no such thing.
        shuffle: draw the order of every pass; if not, it is that of the split. What is drawn beside
            the images is drawn in either case.
    """

    def __init__(
        self,
        split: Split,
        warp: WarpRange | None,
        device: torch.device | str,
        batch_size: int,
        *,
        resident_limit: int | None = None,
        needs: tuple[str, ...] = (),
        only: torch.Tensor | None = None,
        unpaired: tuple[str, ...] = (),
        repeats: int = 0,
        memory: torch.Tensor | None = None,
        shuffle: bool = True,
    ) -> None:
        self._shuffle = shuffle
        self._only, self._repeats, self._memory = only, repeats if unpaired else 0, memory
        self._images = Images(split.images, device, resident_limit)
        self._modalities = tensors_of(split, needs, self._images.device)
        self._targets = tensors_of(split, unpaired if repeats else (), self._images.device)
        self._warp = warp
        self._batch_size = batch_size

    def __len__(self) -> int:
        """Number of batches in a pass."""
        return math.ceil(len(self._images) / self._batch_size)

    def epoch(
        self, generator: torch.Generator, start: int = 0
    ) -> Iterator[dict[str, torch.Tensor]]:
        """Yield every image once, in batches ``{"image": [B, C, H, W]}`` in [0, 1].

        With it come the modalities that are needed, by name, and those that are not of the image,
        ``[B, repeats, ...]``. Of some images (``only``) each comes as often as another, or once
        more.

        Args:
            generator: a CPU generator, so that a pass is the same on every device. The order and
                all the warps of the pass are drawn from it before the first batch.
            start: how many batches to leave out; the others are those of the whole pass.
        """
        n = len(self._images)
        n_each = n if self._only is None else len(self._only)
        order = _passes(n_each, n, generator) if self._shuffle else torch.arange(n) % n_each
        order = order if self._only is None else self._only[order]
        parts = torch.split(order, self._batch_size)
        others = _passes(n, n * self._repeats, generator).reshape(n, self._repeats)
        targets = torch.split(others, self._batch_size)
        pictures = self._pictures(parts, generator, start)
        for rows, more, batch in zip(parts[start:], targets[start:], pictures, strict=True):
            yield {**batch, **rows_of(rows, self._modalities), **rows_of(more, self._targets)}

    def _pictures(
        self, rows: tuple[torch.Tensor, ...], generator: torch.Generator, start: int
    ) -> Iterator[dict[str, torch.Tensor]]:
        """Yield the images of each batch and, where they are asked for, those of the memory."""
        if self._memory is None:
            yield from ({"image": batch} for batch in self._warped(rows, generator, start))
            return
        others = self._memory[_passes(len(self._memory), len(self._images), generator)]
        both = zip(rows, torch.split(others, self._batch_size), strict=True)
        joined = tuple(torch.cat(pair) for pair in both)
        for batch in self._warped(joined, generator, start):
            image, memory = batch.chunk(2)
            yield {"image": image, "memory": memory}

    def _warped(
        self, rows: tuple[torch.Tensor, ...], generator: torch.Generator, start: int
    ) -> Iterator[torch.Tensor]:
        """Yield the images of each batch's rows, freshly warped if that is asked for."""
        if self._warp is None:
            yield from self._images.gathered(rows[start:])
            return
        sizes = [len(part) for part in rows]
        uniform = torch.rand(3, sum(sizes), generator=generator).to(self._images.device)
        warps = torch.split(torch.stack(scale_draws(uniform, self._warp)), sizes, dim=1)
        for images, warp in zip(self._images.gathered(rows[start:]), warps[start:], strict=True):
            yield warp_images(images, *warp)


def _passes(n: int, length: int, generator: torch.Generator) -> torch.Tensor:
    """Return ``length`` numbers below ``n``: shuffled passes over all of them, the last cut."""
    passes = [torch.randperm(n, generator=generator) for _ in range(-(-length // n))]
    return torch.cat(passes)[:length] if passes else torch.empty(0, dtype=torch.long)


def tensors_of(
    split: Split, names: tuple[str, ...], device: torch.device
) -> dict[str, torch.Tensor]:
    """Return modalities of a split by name, on a device."""
    return {name: torch.tensor(split.modalities[name], device=device) for name in names}


def rows_of(rows: torch.Tensor, modalities: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the rows of each modality."""
    return {name: values[rows.to(values.device)] for name, values in modalities.items()}
