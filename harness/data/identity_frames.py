"""Image sets that show every identity in every frame, whether drawn or read from files."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.cache.arrays import Key, cached_chunks
from harness.data.dataset import Dataset, DataSource, Split, SplitName
from harness.data.identity_order import crossed, growing, shuffled
from harness.data.options import DatasetOptions

_CHUNK = 256  # images made at once

Gather = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Returns ``[k, C, H, W]`` uint8 of identities ``[k]`` in frames ``[k]``, both counted from 0."""


@dataclass(frozen=True, eq=False)
class IdentityFrames:
    """All images of a set; they are drawn or read when a split is asked for.

    Attributes:
        name: readable name of the set.
        key: what the images depend on, such as the state of their file.
        of_identity: factors of the identities, ``[n]`` each; ``identity`` is among them.
        of_frame: factors of the frames, ``[m]`` each; ``frame`` is among them.
        channels: C of the images.
        open: prepares to draw or read images, by reading their files for example. An edit of its
            module, or of one that it imports, makes cached images be made again.
    """

    name: str
    key: Key
    of_identity: dict[str, np.ndarray]
    of_frame: dict[str, np.ndarray]
    channels: int
    open: Callable[[], Gather]

    @property
    def appearance_factors(self) -> tuple[str, ...]:
        """Names of what differs between identities, without the label ``identity`` itself."""
        return _varying(self.of_identity, "identity")

    @property
    def pose_factors(self) -> tuple[str, ...]:
        """Names of what differs between frames, without the label ``frame`` itself."""
        return _varying(self.of_frame, "frame")

    def split(
        self,
        split: SplitName,
        chosen: np.ndarray,
        size: int,
        n: int | None = None,
        order: np.ndarray | None = None,
    ) -> Split:
        """Return some identities in all frames, made once and memory-mapped afterwards.

        Args:
            split: what they are for; it is part of the cached file's name.
            chosen: indices of the identities, each once. They come in a shuffled order.
            size: height and width of the images.
            n: the first so many images; None for all.
            order: the order of the frames; None for a shuffled one.
        """
        chosen = np.sort(chosen)[shuffled(f"{self.name}/{split}", len(chosen))]
        n_frames = len(self.of_frame["frame"])
        if order is None:
            order = shuffled(f"{self.name}/frames", n_frames)
        rows = (index[:n] for index in growing(len(chosen), n_frames))
        identity, frame = (of[index] for of, index in zip((chosen, order), rows, strict=True))
        factors = crossed(
            {name: values[chosen] for name, values in self.of_identity.items()},
            {name: values[order] for name, values in self.of_frame.items()},
        )
        images = cached_chunks(
            f"{self.name}-{split}",
            {**self.key, "size": size, "rows": _digest(identity, frame)},
            (len(identity), self.channels, size, size),
            partial(self._chunks, identity, frame, size),
            using=(self.open,),
        )
        return Split(images, {name: values[:n] for name, values in factors.items()})

    def _chunks(self, identity: np.ndarray, frame: np.ndarray, size: int) -> Iterator[np.ndarray]:
        gather = self.open()
        for start in range(0, len(identity), _CHUNK):
            rows = slice(start, start + _CHUNK)
            yield resized(gather(identity[rows], frame[rows]), size)


Chosen = tuple[IdentityFrames, np.ndarray]
"""An image set, and the indices of its identities that are in a split."""


class IdentityFramesOptions(DatasetOptions):
    """Base of the options of datasets that are image sets; subclasses have the fields below."""

    identity_factor: ClassVar[str] = "identity"
    frame_factor: ClassVar[str] = "frame"

    source: DataSource
    n_train: int | None
    n_test: int | None

    def load(self, data_root: Path | None) -> Dataset:
        """Return the images, drawn or read once and cached."""
        chosen = self._chosen(data_root)
        test = chosen["test"][0]
        return Dataset(
            self.name,
            self.source,
            self._split("train", chosen, self.n_train),
            self._split("test", chosen, self.n_test),
            appearance_factors=test.appearance_factors,
            pose_factors=test.pose_factors,
            identity_factor=self.identity_factor,
            frame_factor=self.frame_factor,
        )

    def check(self, data_root: Path | None) -> None:
        """Look for the files and at the sizes they declare; pixels are not kept."""
        self._chosen(data_root)

    @property
    @abstractmethod
    def _size(self) -> int:
        """Height and width of an image."""

    @abstractmethod
    def _chosen(self, data_root: Path | None) -> dict[SplitName, Chosen]:
        """Return the image set of each split and which of its identities are in it."""

    def _order(self, images: IdentityFrames) -> np.ndarray | None:  # noqa: ARG002
        """Return the order of the frames; None for a shuffled one."""
        return None

    def _split(self, split: SplitName, chosen: dict[SplitName, Chosen], n: int | None) -> Split:
        images, identities = chosen[split]
        return images.split(split, identities, self._size, n, self._order(images))


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Return images resized to ``size`` pixels high and wide.

    To a whole part of the old size this takes the mean of squares of pixels; otherwise it
    interpolates bilinearly.

    Args:
        images: ``[N, C, H, W]`` uint8.
        size: the new height and width.

    Returns:
        ``[N, C, size, size]`` uint8.
    """
    height, width = images.shape[-2:]
    if (height, width) == (size, size):
        return images
    if height % size == 0 and width % size == 0:
        squares = images.reshape(*images.shape[:2], size, height // size, size, width // size)
        means = squares.mean(axis=(3, 5), dtype=np.float32)
        return np.asarray(np.rint(means), np.uint8)
    return np.stack([[_interpolated(plane, size) for plane in image] for image in images])


def _interpolated(plane: np.ndarray, size: int) -> np.ndarray:
    from PIL import Image

    whole = Image.fromarray(np.ascontiguousarray(plane))
    return np.asarray(whole.resize((size, size), Image.Resampling.BILINEAR))


def _varying(factors: dict[str, np.ndarray], label: str) -> tuple[str, ...]:
    return tuple(
        name for name, values in factors.items() if name != label and len(np.unique(values)) > 1
    )


def _digest(*indices: np.ndarray) -> str:
    return hashlib.sha256(np.stack(indices).astype(np.int64).tobytes()).hexdigest()[:16]
