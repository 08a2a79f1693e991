"""Options and crops of photographs of hands with labelled joints: what RHD and STB share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.dataset import Dataset, Split, SplitName
from harness.data.identity_order import shuffled
from harness.data.options import DatasetOptions
from harness.datasets.hands.canonical_pose import JOINTS
from harness.datasets.hands.crops import cached_crops, in_square, squares_around
from harness.datasets.hands.labels import MODALITIES, joint_labels
from harness.errors import CorruptFileError, UserError

POINTS = (*JOINTS, "palm")
"""The points labelled in each photograph: the 21 joints, and the centre of the palm."""

Root = Literal["wrist", "palm"]


@dataclass(frozen=True, eq=False)
class Hands:
    """Photographs, each of one hand.

    Attributes:
        folder: what their names are relative to.
        names: paths of the files.
        size: width and height of a file, pixels.
        xyz: ``[N, 22, 3]``, :data:`POINTS` in mm before the camera: x to the right, y down.
        at: ``[N, 22, 2]``, x and y in pixels of the file; whole numbers are pixels' centres.
        seen: ``[N, 22]`` bool.
        right: ``[N]`` bool.
        factors: further factors, ``[N]`` int64 each.
    """

    folder: Path
    names: tuple[str, ...]
    size: tuple[int, int]
    xyz: np.ndarray
    at: np.ndarray
    seen: np.ndarray
    right: np.ndarray
    factors: Mapping[str, np.ndarray] = field(default_factory=dict)

    def select(self, rows: np.ndarray) -> "Hands":
        """Return the photographs of some rows."""
        return replace(
            self,
            names=tuple(self.names[row] for row in rows),
            xyz=self.xyz[rows],
            at=self.at[rows],
            seen=self.seen[rows],
            right=self.right[rows],
            factors={name: values[rows] for name, values in self.factors.items()},
        )


@dataclass(frozen=True)
class HandFilesOptions(DatasetOptions):
    """Options of photographs of hands.

    Attributes:
        root: the joint that poses are relative to: ``wrist``, or ``palm``, the centre of the palm.
        downscale: images are 256, 128 or 64 pixels high and wide.
        n_train: training images, the first so many in a shuffled order; None for all.
        n_test: test images; None for all.
    """

    # dVAE does not state its training: proposed are 100 epochs of each of its two steps.
    published_epochs: ClassVar[int] = 200
    published_batch_size: ClassVar[int] = 32
    modalities: ClassVar[tuple[str, ...]] = MODALITIES
    remedy: ClassVar[str]

    root: Root = "wrist"
    downscale: Literal[1, 2, 4] = 1
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None

    @property
    def keypoints(self) -> tuple[str, ...]:
        """The 21 joints, of which the first is the root."""
        return (self.root, *JOINTS[1:])

    @property
    def _in_crop(self) -> tuple[str, ...]:
        """The 21 points that a crop is made to contain where they are visible."""
        return self.keypoints

    def load(self, data_root: Path | None) -> Dataset:
        """Return the hands, decoded once and cached; of all images this takes many minutes."""
        splits = {split: self._cropped(split, of) for split, of in self._hands(data_root).items()}
        return Dataset(
            self.name,
            "real",
            splits["train"],
            splits["test"],
            identity_factor=self.identity_factor,
            keypoints=self.keypoints,
        )

    @abstractmethod
    def _hands(self, data_root: Path | None) -> dict[SplitName, Hands]:
        """Return the hands that are asked for; raise what :meth:`load` does."""

    def _rows(self, split: SplitName, n: int) -> np.ndarray:
        """Return which of ``n`` images are asked for: any few show much of what there is."""
        if not n:
            raise UserError(f"The dataset '{self.name}' has no {split} images. {self.remedy}")
        wanted = self.n_train if split == "train" else self.n_test
        return shuffled(f"{self.name}/{split}", n)[:wanted]

    def _cropped(self, split: SplitName, hands: Hands) -> Split:
        inside = [POINTS.index(name) for name in self._in_crop]
        squares = squares_around(hands.at[:, inside], hands.seen[:, inside], hands.size)
        at = in_square(hands.at, squares, self.downscale)
        points = [POINTS.index(name) for name in self.keypoints]
        factors, modalities = joint_labels(
            self.keypoints, hands.xyz[:, points], at[:, points], hands.seen[:, points], hands.right
        )
        _require_finite(hands, modalities)
        images = cached_crops(
            f"{self.name}-{split}",
            hands.folder,
            hands.names,
            squares,
            hands.size,
            downscale=self.downscale,
            remedy=self.remedy,
        )
        of_image = {"right": hands.right.astype(np.int64), **hands.factors}
        return Split(images, {**of_image, **factors}, modalities)


def _require_finite(hands: Hands, modalities: Mapping[str, np.ndarray]) -> None:
    finite = [np.isfinite(values).all(axis=(1, 2)) for values in modalities.values()]
    wrong = np.flatnonzero(~np.logical_and.reduce(finite))
    if len(wrong):
        raise CorruptFileError(
            f"{hands.folder}: the joints of {hands.names[wrong[0]]} (and {len(wrong) - 1} more) "
            "are no hand's: the middle finger's first bone has no length. Fetch the labels again."
        )
