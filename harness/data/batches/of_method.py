"""The minibatches that a method is trained on, and those that it is scored on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from harness.data.batches.pair_sampler import PairSampler
from harness.data.batches.sampler import Sampler, rows_of, tensors_of
from harness.data.dataset import Dataset, Split
from harness.data.images import Images
from harness.data.labelled import marked_rows

if TYPE_CHECKING:
    from models.method import Method


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
    modalities = tensors_of(split, tuple(split.modalities), images.device)
    parts = torch.split(torch.arange(len(images)), batch_size)
    for rows, batch in zip(parts, images.gathered(parts), strict=True):
        yield {"image": batch, **rows_of(rows, modalities)}
