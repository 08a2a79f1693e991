"""Images of the user's as rows that are read some at a time, and cached in the order of a split."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from harness.data.cache.arrays import Key, cached_chunks
from harness.data.own.splits import Rows

CHUNK_BYTES = 16 * 2**20
"""Most bytes of images that are read at once, before they are made uint8."""

MOST_AT_ONCE = 256
"""Most images read at once."""

Take = Callable[[np.ndarray], np.ndarray]
"""Returns ``[k, C, H, W]`` uint8 of the images ``[k]`` that are asked for."""


@dataclass(frozen=True, eq=False)
class OwnImages:
    """All images of the user's, not read yet.

    Attributes:
        shape: ``(N, C, H, W)``.
        stored_bytes: of an image as its file has it.
        key: what the pixels depend on: the state of the files, and how they are understood.
        open: prepares to read those of some indices, by unpacking a file for example. An edit of
            its module, or of one that it imports, makes cached images be made again.
    """

    shape: tuple[int, int, int, int]
    stored_bytes: int
    key: Key
    open: Callable[[np.ndarray], Take]

    def cached(self, name: str, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Return the images for training and for the test, made once and memory-mapped afterwards.

        Both lie in one file. A chunk of ``CHUNK_BYTES`` is held in memory at a time.

        Args:
            name: readable first part of the file's name.
            rows: which images, in this order.
        """
        wanted = np.concatenate([rows["train"], rows["test"]]).astype(np.int64)
        images = cached_chunks(
            name,
            {**self.key, "rows": _digest(wanted), "train": len(rows["train"])},
            (len(wanted), *self.shape[1:]),
            partial(self._chunks, wanted),
            using=(self.open,),
        )
        return images[: len(rows["train"])], images[len(rows["train"]) :]

    def _chunks(self, wanted: np.ndarray) -> Iterator[np.ndarray]:
        take, at_once = self.open(wanted), rows_at_once(self.stored_bytes)
        for start in range(0, len(wanted), at_once):
            yield take(wanted[start : start + at_once])


def rows_at_once(row_bytes: int) -> int:
    """Return how many rows of so many bytes are read at once."""
    return min(MOST_AT_ONCE, max(1, CHUNK_BYTES // max(1, row_bytes)))


def _digest(rows: np.ndarray) -> str:
    return hashlib.sha256(rows.tobytes()).hexdigest()[:16]
