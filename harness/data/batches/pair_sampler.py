"""Minibatches of pairs of images of one identity."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from harness.data.batches.sampler import Sampler, rows_of
from harness.data.dataset import Split, WarpRange
from harness.data.pairs import Groups


class PairSampler(Sampler):
    """Shuffled passes over pairs of images of one identity, in even batches.

    Each image is once the one to be reconstructed. Beside it stands one of its identity, drawn
    afresh in every pass, which may be the image itself (as RoDi's released configurations have it).
    Of an odd number of images each pass leaves one out. Batches are even, because a classifier's
    marginal pairs come from the reversed batch, in which a middle one would meet itself.

    Args:
        split: the training images.
        identity: name of the factor that says who it is.
        warp: as for :class:`Sampler`; the two images of a pair get warps of their own.
        device: where the batches are made.
        batch_size: pairs a batch, an even number; the last of a pass may be smaller.
        resident_limit: see :class:`harness.data.images.Images`.
        needs: names of the modalities of ``image`` that are in the batches.
        shuffle: see :class:`Sampler`; who stands beside an image is drawn in either case.
    """

    def __init__(
        self,
        split: Split,
        identity: str,
        warp: WarpRange | None,
        device: torch.device | str,
        batch_size: int,
        *,
        resident_limit: int | None = None,
        needs: tuple[str, ...] = (),
        shuffle: bool = True,
    ) -> None:
        super().__init__(
            split,
            warp,
            device,
            batch_size,
            resident_limit=resident_limit,
            needs=needs,
            shuffle=shuffle,
        )
        self._groups = Groups(split.factors[identity])
        self._identity = torch.from_numpy(self._groups.of)

    def __len__(self) -> int:
        """Number of batches in a pass."""
        return math.ceil(len(self._images) // 2 * 2 / self._batch_size)

    def epoch(
        self, generator: torch.Generator, start: int = 0
    ) -> Iterator[dict[str, torch.Tensor]]:
        """Yield batches of ``image``, ``same`` and ``identity``.

        The first two are ``[B, C, H, W]`` in [0, 1], ``identity`` is int64 ``[B]``, counted from 0.
        """
        n = len(self._images)
        order = torch.randperm(n, generator=generator) if self._shuffle else torch.arange(n)
        order = order[: n // 2 * 2]
        uniform = torch.rand(len(order), generator=generator, dtype=torch.float64)
        same = torch.from_numpy(self._groups.draw(order.numpy(), uniform.numpy()))
        firsts, seconds = (torch.split(rows, self._batch_size) for rows in (order, same))
        both = tuple(torch.cat(rows) for rows in zip(firsts, seconds, strict=True))
        images = self._warped(both, generator, start)
        for rows, pairs in zip(firsts[start:], images, strict=True):
            image, partner = pairs.chunk(2)
            identity = self._identity[rows].to(pairs.device)
            modalities = rows_of(rows, self._modalities)
            yield {"image": image, "same": partner, "identity": identity, **modalities}
