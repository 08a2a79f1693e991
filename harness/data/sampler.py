"""Minibatches of a training split: shuffled images or in order, or pairs of one identity.

What says nothing of the images beside it (``Declaration.unpaired``) comes in passes of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from harness.data.dataset import Dataset, Split, WarpRange
from harness.data.images import Images
from harness.data.labelled import marked_rows
from harness.data.pairs import Groups
from harness.data.warp import scale_draws, warp_images

if TYPE_CHECKING:
    from models.method import Method


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
        self._modalities = _tensors(split, needs, self._images.device)
        self._targets = _tensors(split, unpaired if repeats else (), self._images.device)
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
            yield {**batch, **_at(rows, self._modalities), **_at(more, self._targets)}

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
            split, warp, device, batch_size, resident_limit=resident_limit, needs=needs
        )
        self._shuffle = shuffle
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
            modalities = _at(rows, self._modalities)
            yield {"image": image, "same": partner, "identity": identity, **modalities}


def make_sampler(
    method: Method,
    dataset: Dataset,
    device: torch.device | str,
    batch_size: int,
    *,
    shuffle: bool = True,
) -> Sampler:
    """Return the sampler of the batches that a method consumes."""
    train, warp = dataset.train, dataset.warp
    if method.consumes == "pairs":
        identity, needs = dataset.identity_factor, method.needs
        return PairSampler(train, identity, warp, device, batch_size, needs=needs, shuffle=shuffle)
    given, rows = train.modalities, marked_rows(train, method.only_where)
    return Sampler(
        train,
        warp,
        device,
        batch_size,
        needs=(*method.needs, *(name for name in method.uses if name in given)),
        only=None if rows is None else torch.from_numpy(rows),
        unpaired=tuple(name for name in method.unpaired if name in given),
        repeats=max((phase.repeats for phase in method.phases() if phase.over), default=0),
        memory=_remembered(method, train),
        shuffle=shuffle,
    )


def _remembered(method: Method, split: Split) -> torch.Tensor | None:
    """Return which images the memory of a method is of; None where it has none."""
    if not method.recalls:
        return None
    rows = marked_rows(split, method.recalls)
    return torch.arange(len(split)) if rows is None else torch.from_numpy(rows)


def _passes(n: int, length: int, generator: torch.Generator) -> torch.Tensor:
    """Return ``length`` numbers below ``n``: shuffled passes over all of them, the last cut."""
    passes = [torch.randperm(n, generator=generator) for _ in range(-(-length // n))]
    return torch.cat(passes)[:length] if passes else torch.empty(0, dtype=torch.long)


def test_batches(
    split: Split,
    device: torch.device | str,
    batch_size: int,
    resident_limit: int | None = None,  # noqa: PT028 - no test, whatever its name
) -> Iterator[dict[str, torch.Tensor]]:
    """Yield a split in its own order, in batches ``{"image": [B, C, H, W]}`` in [0, 1].

    With it come all its modalities, by name.

    Args:
        split: the images.
        device: where the batches are made.
        batch_size: images a batch; the last may be smaller.
        resident_limit: see :class:`harness.data.images.Images`.
    """
    images = Images(split.images, device, resident_limit)
    modalities = _tensors(split, tuple(split.modalities), images.device)
    parts = torch.split(torch.arange(len(images)), batch_size)
    for rows, batch in zip(parts, images.gathered(parts), strict=True):
        yield {"image": batch, **_at(rows, modalities)}


def _tensors(split: Split, names: tuple[str, ...], device: torch.device) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(split.modalities[name], device=device) for name in names}


def _at(rows: torch.Tensor, modalities: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: values[rows.to(values.device)] for name, values in modalities.items()}
