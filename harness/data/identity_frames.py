"""Sets of images that show every identity in every frame, whether drawn or read from files."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from harness.data import resizing
from harness.data.cache.arrays import Key, cached_chunks
from harness.data.dataset import Split, SplitName
from harness.data.identities import crossed, growing, shuffled
from harness.data.resizing import resized

_CHUNK = 256  # images made at once

Gather = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Returns ``[k, C, H, W]`` uint8 of identities ``[k]`` in frames ``[k]``, both counted from 0."""


@dataclass(frozen=True, eq=False)
class PosedImages:
    """All images of a set; they are made or read when they are asked for.

    Attributes:
        name: readable name of the set.
        key: what the images depend on, such as the state of their file.
        sources: paths of the Python files that make or read them.
        of_identity: what is known of each identity, ``[n]`` each; ``identity`` is among it.
        of_frame: what is known of each frame, ``[m]`` each; ``frame`` is among it.
        channels: C of the images.
        open: gets ready to make images, by reading their files for example.
    """

    name: str
    key: Key
    sources: tuple[str, ...]
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
            {name: known[chosen] for name, known in self.of_identity.items()},
            {name: known[order] for name, known in self.of_frame.items()},
        )
        images = cached_chunks(
            f"{self.name}-{split}",
            {**self.key, "size": size, "rows": _digest(identity, frame)},
            (__file__, str(resizing.__file__), *self.sources),
            (len(identity), self.channels, size, size),
            lambda: self._chunks(identity, frame, size),
        )
        return Split(images, {name: known[:n] for name, known in factors.items()})

    def _chunks(self, identity: np.ndarray, frame: np.ndarray, size: int) -> Iterator[np.ndarray]:
        gather = self.open()
        for start in range(0, len(identity), _CHUNK):
            rows = slice(start, start + _CHUNK)
            yield resized(gather(identity[rows], frame[rows]), size)


def split_off(name: str, groups: np.ndarray, test_share: float) -> dict[SplitName, np.ndarray]:
    """Return which identities are for training and which for the test, whole groups at a time.

    Args:
        name: of the set; the same set is always split alike.
        groups: ``[n]`` labels of the identities; those of one group look alike.
        test_share: of the groups that are for the test; at least two identities are.

    Returns:
        The indices of each split.
    """
    labels = np.unique(groups)
    n_test = min(max(round(test_share * len(labels)), 2), len(labels) - 2)
    drawn = labels[shuffled(f"{name}/split", len(labels))[:n_test]]
    for_test = np.isin(groups, drawn)
    return {"train": np.flatnonzero(~for_test), "test": np.flatnonzero(for_test)}


def _varying(known: dict[str, np.ndarray], label: str) -> tuple[str, ...]:
    return tuple(
        name for name, values in known.items() if name != label and len(np.unique(values)) > 1
    )


def _digest(*indices: np.ndarray) -> str:
    return hashlib.sha256(np.stack(indices).astype(np.int64).tobytes()).hexdigest()[:16]
