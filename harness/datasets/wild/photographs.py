"""Options, crops and labels that LSP and MPII share."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import Dataset, Split, SplitName
from harness.data.files.photographs import digest_of, file_states, opened, threads
from harness.data.identity_order import shuffled
from harness.data.options import DatasetOptions
from harness.drawing.skeleton import KEYPOINTS
from harness.errors import CorruptFileError, UserError

MODALITIES = ("joints_2d", "visible_2d", "labelled_2d")

_AT_ONCE = 256  # crops
_MARGIN = 1.25  # a crop's side in that of the smallest square that has all joints
_OUTSIDE = (128, 128, 128)  # what lies beyond a photograph


@dataclass(frozen=True, eq=False)
class Persons:
    """People in photographs.

    Attributes:
        folder: what the names are relative to.
        names: the photograph of each person.
        at: ``[N, 17, 2]``, x and y of Human3.6M's joints in pixels of the photograph, whose whole
            numbers are centres.
        known: ``[N, 17]`` bool, which of these are labelled.
    """

    folder: Path
    names: tuple[str, ...]
    at: np.ndarray
    known: np.ndarray

    def of(self, rows: np.ndarray) -> "Persons":
        """Return some of the people."""
        names = tuple(self.names[row] for row in rows)
        return replace(self, names=names, at=self.at[rows], known=self.known[rows])


@dataclass(frozen=True)
class WildOptions(DatasetOptions):
    """Options of photographs of people with joints in the image.

    Attributes:
        size: images are 64 or 224 pixels high and wide.
        n_train: training images, the first so many in a shuffled order; None for all.
        n_test: test images; None for all.
    """

    # As SemiX trains on them: 50 epochs; its batch size is not stated, proposed is 64.
    published_epochs: ClassVar[int] = 50
    published_batch_size: ClassVar[int] = 64
    modalities: ClassVar[tuple[str, ...]] = MODALITIES
    remedy: ClassVar[str]

    size: Literal[64, 224] = 64
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None

    @property
    def keypoints(self) -> tuple[str, ...]:
        """Human3.6M's seventeen joints, of which some are never labelled."""
        return KEYPOINTS

    @abstractmethod
    def _persons(self, data_root: Path | None) -> dict[SplitName, Persons]:
        """Return the people of each split; raise what :meth:`load` does."""

    def load(self, data_root: Path | None) -> Dataset:
        """Return the crops, decoded once and cached."""
        splits = {split: self._cropped(split, of) for split, of in self._asked(data_root).items()}
        return Dataset(self.name, "real", splits["train"], splits["test"], keypoints=self.keypoints)

    def check(self, data_root: Path | None) -> None:
        """Read the labels and look for every photograph; none is decoded."""
        for persons in self._asked(data_root).values():
            file_states(persons.folder, persons.names, self.remedy)

    def _asked(self, data_root: Path | None) -> dict[SplitName, Persons]:
        asked: dict[SplitName, Persons] = {}
        for split, persons in self._persons(data_root).items():
            wanted = self.n_train if split == "train" else self.n_test
            usable = np.flatnonzero(persons.known.sum(1) > 1)
            if not len(usable):
                raise UserError(
                    f"The dataset '{self.name}' has no {split} images with joints. {self.remedy}"
                )
            rows = usable[shuffled(f"{self.name}/{split}", len(usable))[:wanted]]
            asked[split] = persons.of(rows)
        return asked

    def _cropped(self, split: SplitName, persons: Persons) -> Split:
        squares = squares_around(persons.at, persons.known)
        n, size = len(squares), (self.size, self.size)
        cuts = hashlib.sha256(squares.tobytes()).hexdigest()
        files = digest_of(persons.folder, persons.names, self.remedy)
        images = cached_chunks(
            f"{self.name}-{split}",
            {"files": files, "cuts": cuts, "size": self.size},
            (n, 3, *size),
            partial(_cut_out, persons, squares, self.size),
        )
        at = 2 * (persons.at - squares[:, None, :2]) / squares[:, None, 2:]
        at = np.where(persons.known[..., None], at, 0)
        factors: dict[str, np.ndarray] = {}
        for k, name in enumerate(KEYPOINTS):
            pixels = (self.size * (at[:, k] + 1) / 2 - 0.5).astype(np.float32)
            factors |= {f"{name}_x": pixels[:, 0].copy(), f"{name}_y": pixels[:, 1].copy()}
            factors[f"visible_{name}"] = persons.known[:, k].astype(np.int64)
        known = persons.known.astype(np.float32)
        labels = at.astype(np.float32), known, np.ones(n, np.float32)
        return Split(images, factors, dict(zip(MODALITIES, labels, strict=True)))


def squares_around(at: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the square around each person's joints, ``[N, 3]``: centre's x and y, and side.

    Args:
        at: ``[N, J, 2]``, x and y in pixels.
        known: ``[N, J]`` bool, at least two of each person's.
    """
    unknown = ~known[..., None]
    low = np.where(unknown, np.inf, at).min(1)
    high = np.where(unknown, -np.inf, at).max(1)
    side = np.maximum(_MARGIN * (high - low).max(1), 8)
    return np.concatenate([(low + high) / 2, side[:, None]], axis=1)


def in_order(
    points: Sequence[str], at: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return Human3.6M's joints of a set's own, ``[N, 17, 2]`` and ``[N, 17]`` bool.

    The pelvis is the middle of the hips where the set has none of its own.

    Args:
        points: what the set's joints are in Human3.6M's, "" for those that it has not.
        at: ``[N, P, 2]``.
        known: ``[N, P]`` bool.
    """
    joints, seen = np.zeros((len(at), 17, 2)), np.zeros((len(at), 17), bool)
    for place, name in enumerate(points):
        if name:
            joint = KEYPOINTS.index(name)
            joints[:, joint], seen[:, joint] = at[:, place], known[:, place]
    if "pelvis" not in points:
        hips = [KEYPOINTS.index(f"{side}_hip") for side in ("left", "right")]
        joints[:, 0], seen[:, 0] = joints[:, hips].mean(1), seen[:, hips].all(1)
    return joints, seen


def require_finite(path: Path, at: np.ndarray) -> None:
    """Refuse places of joints that are no numbers.

    Raises:
        CorruptFileError: some are not.
    """
    if not np.isfinite(at).all():
        raise CorruptFileError(f"{path}: not all places of joints are numbers. Fetch it again.")


def _cut_out(persons: Persons, squares: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield the crops of people, some at a time; there can be several in one photograph."""
    paths = [persons.folder / name for name in persons.names]
    with ThreadPoolExecutor(threads()) as pool:
        for start in range(0, len(paths), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            crops = list(pool.map(partial(_decode, size=size), paths[some], squares[some]))
            yield np.stack(crops).transpose(0, 3, 1, 2)


def _decode(path: Path, square: np.ndarray, size: int) -> np.ndarray:
    from PIL import Image

    x, y, side = (float(number) for number in square)
    # Pillow counts from a pixel's corner, so that its centre is at 0.5.
    left, top = x + 0.5 - side / 2, y + 0.5 - side / 2
    with opened(path) as image:
        shown = image.convert("RGB").transform(
            (2 * size, 2 * size),
            Image.Transform.EXTENT,
            (left, top, left + side, top + side),
            Image.Resampling.BILINEAR,
            fillcolor=_OUTSIDE,
        )
    return np.asarray(shown.reduce(2))
