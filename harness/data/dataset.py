"""What every dataset gives: images with known factors, split into train and test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Le

if TYPE_CHECKING:  # the registry of datasets is read by commands that never need torch
    from models.method import DataSpec

DataSource = Literal["real", "procedural"]
SplitName = Literal["train", "test"]

WARP_FACTORS = ("warp_angle", "warp_dx", "warp_dy")
"""Factors of a fixed warp: degrees clockwise, shifts to the right and down in widths."""

POSE_UNIT = "bone_mm"
"""Factor of images with 3D poses among the modalities: mm of a unit of these, a bone's length."""


@dataclass(frozen=True, eq=False)
class Split:
    """One part of a dataset.

    Attributes:
        images: ``[N, C, H, W]`` uint8; 0..255 stands for [0, 1]. May be read-only.
        factors: what is known of each image, by name, each ``[N]`` (labels int64, others float32).
        modalities: what methods can learn from beside the image, by name, each float32
            ``[N, ...]``: a pose of 21 joints, a rotation.
    """

    images: np.ndarray
    factors: dict[str, np.ndarray] = field(default_factory=dict)
    modalities: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, wherever they lie."""
        beside = [*self.factors.values(), *self.modalities.values()]
        return self.images.nbytes + sum(known.nbytes for known in beside)

    def first(self, n: int | None) -> Split:
        """Return the first ``n`` images and what is known of them, as views; None for all."""
        factors = {name: known[:n] for name, known in self.factors.items()}
        modalities = {name: known[:n] for name, known in self.modalities.items()}
        return Split(self.images[:n], factors, modalities)


@dataclass(frozen=True)
class WarpRange:
    """Ranges of a random warp.

    Attributes:
        rotate: the angle is uniform in [-rotate, rotate], in degrees.
        translate: each of the two shifts is uniform in [-translate, translate], in widths.
    """

    rotate: float
    translate: float


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset in memory or memory-mapped; it pickles without copying arrays (protocol 5).

    Attributes:
        name: the name it has on the command line.
        source: real files or a procedural counterpart.
        train: the training split.
        test: the test split, already warped where a warp was asked for.
        warp: ranges of the random warp to draw afresh for every training batch; None for no such
            warp (also when a fixed warp has been applied to the images already).
        appearance_factors: names of the known factors of what an image shows.
        pose_factors: names of those of how it is shown. An image may lack some of either.
        identity_factor: name of the labels that say whose image it is; "" if that is not known.
        frame_factor: name of those that say which pose it shows, the same for every identity.
        camera_factor: name of those that say which camera took it; "" if that is not known.
        keypoints: names of the points known in every image, by the factors ``<name>_x`` and
            ``<name>_y`` in pixels.
    """

    name: str
    source: DataSource
    train: Split
    test: Split
    warp: WarpRange | None = None
    appearance_factors: tuple[str, ...] = ()
    pose_factors: tuple[str, ...] = ()
    identity_factor: str = ""
    frame_factor: str = ""
    camera_factor: str = ""
    keypoints: tuple[str, ...] = ()

    @property
    def spec(self) -> DataSpec:
        """What a method may know of this dataset when it is built."""
        from models.method import DataSpec

        channels, height, width = self.train.images.shape[1:]
        identities = self.train.factors.get(self.identity_factor, ())
        shape = channels, height, width
        modalities = {name: known.shape[1:] for name, known in self.train.modalities.items()}
        return DataSpec(shape, len(self.train), len(np.unique(identities)), modalities)

    @property
    def nbytes(self) -> int:
        """Bytes of both splits, wherever they lie."""
        return self.train.nbytes + self.test.nbytes

    @property
    def known_appearance(self) -> tuple[str, ...]:
        """The appearance factors that the test images carry."""
        return tuple(name for name in self.appearance_factors if name in self.test.factors)

    @property
    def known_pose(self) -> tuple[str, ...]:
        """The pose factors that the test images carry: none without a warp, for example."""
        return tuple(name for name in self.pose_factors if name in self.test.factors)

    @property
    def known_identity(self) -> str:
        """Name of the labels of the test images' identities; "" if they are not known."""
        return self.identity_factor if self.identity_factor in self.test.factors else ""

    @property
    def known_frame(self) -> str:
        """Name of the labels of the test images' poses; "" if they are not known."""
        return self.frame_factor if self.frame_factor in self.test.factors else ""

    @property
    def known_camera(self) -> str:
        """Name of the labels of the test images' cameras; "" if they are not known."""
        return self.camera_factor if self.camera_factor in self.test.factors else ""

    @property
    def known_keypoints(self) -> tuple[str, ...]:
        """The keypoints that the test images carry."""
        return tuple(name for name in self.keypoints if f"{name}_x" in self.test.factors)

    @property
    def known_unit(self) -> str:
        """Name of the factor that says how many mm a unit of a 3D pose is; "" if not known."""
        return POSE_UNIT if POSE_UNIT in self.test.factors else ""

    @property
    def known_latents(self) -> tuple[str, ...]:
        """The factors that are the latents an image was generated from."""
        return tuple(name for name in self.test.factors if name.startswith("z_"))

    def limited(self, train: int | None = None, test: int | None = None) -> Dataset:
        """Return the first ``train`` and ``test`` images of the splits; None for all of them."""
        return replace(self, train=self.train.first(train), test=self.test.first(test))


class DatasetOptions(ABC):
    """Base of the frozen dataclasses that hold a dataset's options; one subclass a dataset.

    Attributes:
        name: the dataset's name on the command line.
        summary: one line for ``unbraid list datasets``.
        published_epochs: epochs of the published training (``scale=paper``).
        published_batch_size: its batch size.
        identity_factor: what :class:`Dataset` says of it; methods that learn from pairs need one.
        frame_factor: what :class:`Dataset` says of it; triplets need one.
        camera_factor: what :class:`Dataset` says of it; re-identification needs one.
        modalities: names of the :class:`Split`'s modalities.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    published_epochs: ClassVar[int]
    published_batch_size: ClassVar[int]
    identity_factor: ClassVar[str] = ""
    frame_factor: ClassVar[str] = ""
    camera_factor: ClassVar[str] = ""
    modalities: ClassVar[tuple[str, ...]] = ()

    @property
    def keypoints(self) -> tuple[str, ...]:
        """What :class:`Dataset` says of them, as these options have it."""
        return ()

    @abstractmethod
    def load(self, data_root: Path | None) -> Dataset:
        """Return the dataset; real files are read from ``data_root``.

        Raises:
            UserError: files are missing.
            CorruptFileError: a file is not what it should be.
        """

    @abstractmethod
    def check(self, data_root: Path | None) -> None:
        """Raise what :meth:`load` would raise for its files, without holding them in memory."""


@dataclass(frozen=True)
class WarpOptions(DatasetOptions):
    """Options of a dataset whose images are randomly rotated and translated.

    After VITAE's experiments on "randomly translated and rotated MNIST" (up to 20 degrees, a tenth
    of the width). The test images' warps are fixed; they depend on neither trial nor seed.

    Attributes:
        warp: ``fresh`` draws a new warp of the training images for every batch, ``fixed`` gives
            each training image one warp for good, ``none`` leaves train and test as they are.
        rotate: largest angle, degrees.
        translate: largest shift along x and along y, as a fraction of the width.
    """

    warp: Literal["fresh", "fixed", "none"] = "fresh"
    rotate: Annotated[float, Ge(0), Le(180)] = 20.0
    translate: Annotated[float, Ge(0), Le(1)] = 0.1
