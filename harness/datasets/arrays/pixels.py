"""The images of a file of arrays: which array, how it is laid out, what its numbers mean."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from harness.data.cache.arrays import Key
from harness.data.files.npy import RawArray
from harness.data.files.stored import ArrayFile, StoredArray
from harness.data.own.images import Take, rows_at_once
from harness.data.own.layout import Layout, channels_first, find_layout, image_shape
from harness.data.own.unpacked import unpacked
from harness.data.own.values import Range, find_range, require_numbers
from harness.errors import UserError

NAMES = ("images", "image", "imgs", "img", "x")
"""What the array of the images is called, where the user does not say."""


@dataclass(frozen=True, eq=False)
class Pixels:
    """The images of a file, not read yet.

    Attributes:
        array: holds them.
        shape: of the array, with flat images unfolded.
        layout: its axes.
        stated: what its numbers mean, where the user says it.
    """

    array: StoredArray
    shape: tuple[int, ...]
    layout: Layout
    stated: Range | None

    @property
    def what(self) -> str:
        """The array, for messages."""
        return f"{self.array.path}: the array '{self.array.name}'"

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        return image_shape(self.shape, self.layout)

    @property
    def stored_bytes(self) -> int:
        """Bytes of an image in the file."""
        return math.prod(self.shape[1:]) * self.array.dtype.itemsize

    def range(self) -> Range:
        """Return what the numbers mean; where it is not stated, all are read the first time."""
        if self.stated:
            return self.stated
        stat = self.array.path.stat()
        key: Key = {
            "path": str(self.array.path),
            "array": self.array.name,
            "size": stat.st_size,
            "mtime": stat.st_mtime_ns,
        }
        at_once = rows_at_once(self.stored_bytes)
        chunks = partial(self.array.chunks, at_once)
        return find_range(self.what, key, self.array.dtype, chunks, self.shape[0])

    def open(self, of: Range, wanted: np.ndarray) -> Take:
        """Return what takes any images of those wanted, ``[k]`` indices, as uint8."""
        if not isinstance(self.array, RawArray):
            return unpacked(self._in_order(of, wanted), wanted, self.image_shape)
        take = self.array.take
        return lambda rows: self._bytes(take(rows), of, rows)

    def _in_order(self, of: Range, wanted: np.ndarray) -> Iterator[np.ndarray]:
        is_wanted = np.zeros(self.shape[0], bool)
        is_wanted[wanted] = True
        start = 0
        for chunk in self.array.chunks(rows_at_once(self.stored_bytes)):
            rows = start + np.flatnonzero(is_wanted[start : start + len(chunk)])
            if len(rows):
                yield self._bytes(chunk[rows - start], of, rows)
            start += len(chunk)

    def _bytes(self, values: np.ndarray, of: Range, rows: np.ndarray) -> np.ndarray:
        images = channels_first(values.reshape(len(values), *self.shape[1:]), self.layout)
        return of.to_bytes(images, self.what, rows)


def find_images(
    file: ArrayFile, name: str, unfolded: tuple[int, ...], layout: Layout, stated: Range | None
) -> Pixels:
    """Return the images of a file.

    Args:
        file: where they are.
        name: of their array; "" where it is to be found.
        unfolded: shape of an image that lies flat in its row; empty where it does not.
        layout: of the array; "" where it is to be found.
        stated: what its numbers mean; None where that is to be found.

    Raises:
        UserError: which array it is, or how it is laid out, is not certain.
        CorruptFileError: there is no such array, or it cannot be images.
    """
    array = file.array(name or _only_images(file, flat=bool(unfolded)), "dataset.images")
    what = f"{file.path}: the array '{array.name}'"
    require_numbers(array.dtype, what)
    shape = array.shape
    if unfolded:
        if math.prod(shape[1:]) != math.prod(unfolded):
            raise UserError(
                f"{what} has rows of {math.prod(shape[1:])} numbers; dataset.shape="
                f"{list(unfolded)} takes {math.prod(unfolded)}."
            )
        shape = (shape[0], *unfolded)
    elif len(shape) == 2:
        raise UserError(
            f"{what} has rows of {shape[1]} numbers. State the shape of an image, for example "
            "dataset.shape=[28,28]; or name another array by dataset.images."
        )
    return Pixels(array, shape, find_layout(what, shape, layout), stated)


def _only_images(file: ArrayFile, *, flat: bool) -> str:
    """Return the name of the array of images, where there is no doubt."""
    fewest = 2 if flat else 3
    fit = [name for name, array in file.arrays.items() if len(array.shape) >= fewest]
    for name in NAMES:
        if name in fit or name in file.refused:
            return name
    if len(fit) == 1:
        return fit[0]
    listed = ", ".join(f"{name} {list(each.shape)}" for name, each in file.arrays.items())
    refused = next(iter(file.refused.values()), "")
    raise UserError(
        f"{file.path}: which of its arrays is the images? It holds {listed or 'none'}. Name it by "
        f"dataset.images=NAME.{f' ({refused})' if refused else ''}"
    )


def require_alike(parts: Sequence[Pixels]) -> None:
    """Refuse images for the test of another shape than those for training.

    Raises:
        UserError: names both.
    """
    first = parts[0]
    for part in parts[1:]:
        if part.image_shape != first.image_shape:
            raise UserError(
                f"{part.what} has images {list(part.image_shape)} and {first.what} "
                f"{list(first.image_shape)} (channels, height, width): they must be alike."
            )


def common_range(parts: Sequence[Pixels]) -> Range:
    """Return what the numbers of all images mean.

    Raises:
        UserError: it was found, and is not the same of all.
    """
    ranges = [part.range() for part in parts]
    if ranges[0] != ranges[-1]:
        raise UserError(
            f"{parts[0].what} seems to be in {ranges[0]} and {parts[-1].what} in {ranges[-1]}. "
            "State the range of both: dataset.range=[LOW,HIGH]."
        )
    return ranges[0]


def opened(parts: Sequence[Pixels], of: Range | None, wanted: np.ndarray) -> Take:
    """Return what takes any images of several arrays, counted through."""
    of = of or common_range(parts)
    bounds = np.cumsum([0, *(part.shape[0] for part in parts)])
    takes = [
        part.open(of, wanted[(wanted >= first) & (wanted < end)] - first)
        for part, first, end in zip(parts, bounds[:-1], bounds[1:], strict=True)
    ]

    def take(rows: np.ndarray) -> np.ndarray:
        out = np.empty((len(rows), *parts[0].image_shape), np.uint8)
        for each, first, end in zip(takes, bounds[:-1], bounds[1:], strict=True):
            inside = (rows >= first) & (rows < end)
            if inside.any():
                out[inside] = each(rows[inside] - first)
        return out

    return take
