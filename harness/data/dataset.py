"""A dataset in memory: images with their ground-truth factors, split into train and test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from models.declaration import LABELLED, DataSpec

DataSource = Literal["real", "procedural"]
SplitName = Literal["train", "test"]

WARP_FACTORS = ("warp_angle", "warp_dx", "warp_dy")
"""Factors of a fixed warp: degrees clockwise, shifts to the right and down in widths."""

POSE_UNIT = "bone_mm"
"""Factor of images with 3D poses among the modalities: mm of a unit of these, a bone's length."""


WANTED = "wanted"
"""Label, 0 or 1, of images with the attribute that an adversary's memory of real ones is of."""

CANONICAL_POSE, VIEW = "canonical_pose", "view"
"""Labels of images of one pose in a frame of its own, and of images of one viewpoint."""


@dataclass(frozen=True, eq=False)
class Split:
    """One part of a dataset.

    Attributes:
        images: ``[N, C, H, W]`` uint8; 0..255 stands for [0, 1]. May be read-only.
        factors: ground-truth factors of the images by name, ``[N]`` each: labels and choices
            int64, other numbers float32.
        modalities: what methods can learn from beside the images, by name, each float32
            ``[N, ...]``: a pose of 21 joints, a rotation.
        names: what the images are called, text ``[N]``, such as their files; None where nothing is
            known but their order. Codes are written beside them.
    """

    images: np.ndarray
    factors: dict[str, np.ndarray] = field(default_factory=dict)
    modalities: dict[str, np.ndarray] = field(default_factory=dict)
    names: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, in memory or mapped."""
        beside = [*self.factors.values(), *self.modalities.values()]
        return self.images.nbytes + sum(values.nbytes for values in beside)

    def rows(self, which: slice) -> Split:
        """Return some of the images, and what belongs to them, as views."""
        factors = {name: values[which] for name, values in self.factors.items()}
        modalities = {name: values[which] for name, values in self.modalities.items()}
        names = None if self.names is None else self.names[which]
        return Split(self.images[which], factors, modalities, names)

    def first(self, n: int | None) -> Split:
        """Return the first ``n`` images, and what belongs to them, as views; None for all."""
        return self.rows(slice(n))


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
        name: the dataset's name on the command line.
        source: real files or a procedural counterpart.
        train: the training split.
        test: the test split, already warped where a warp was asked for.
        warp: ranges of the random warp to draw afresh for every training batch; None for no such
            warp (also when a fixed warp has been applied to the images already).
        appearance_factors: names of the factors of what an image shows.
        pose_factors: names of the factors of how it is shown. The images may lack some of either.
        identity_factor: name of the labels of whose image it is; "" if that is not known.
        frame_factor: name of the labels of the pose it shows, the same for every identity.
        camera_factor: name of the labels of the camera that took it; "" if that is not known.
        keypoints: names of points whose places in each image are the factors ``<name>_x`` and
            ``<name>_y`` in pixels.
        notes: what was found out about files of the user's, a line each.
        tables: what is known of the dataset as a whole, by name, float32: a basis of poses, a
            camera's intrinsics. It follows from the options and the files that the images are of.
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
    notes: tuple[str, ...] = ()
    tables: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def spec(self) -> DataSpec:
        """What a method may know of this dataset when it is built."""
        channels, height, width = self.train.images.shape[1:]
        identities = self.train.factors.get(self.identity_factor, ())
        shape = channels, height, width
        modalities = {name: values.shape[1:] for name, values in self.train.modalities.items()}
        n, marks = len(self.train), self.train.modalities.get(LABELLED)
        labelled = n if marks is None else int(np.count_nonzero(marks))
        few = labelled if labelled < n else None
        return DataSpec(shape, n, len(np.unique(identities)), modalities, few, self.tables)

    @property
    def nbytes(self) -> int:
        """Bytes of both splits, in memory or mapped."""
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
    def known_factors(self) -> tuple[str, ...]:
        """The factors of appearance and of pose that the test images carry, in this order."""
        return tuple(dict.fromkeys((*self.known_appearance, *self.known_pose)))

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
    def known_canonical_pose(self) -> str:
        """Name of the labels of the test images' canonical poses; "" if they are not known."""
        return CANONICAL_POSE if CANONICAL_POSE in self.test.factors else ""

    @property
    def known_view(self) -> str:
        """Name of the labels of the test images' viewpoints; "" if they are not known."""
        return VIEW if VIEW in self.test.factors else ""

    @property
    def known_wanted(self) -> str:
        """Name of the labels of the attribute that a memory is of; "" if there is none."""
        return WANTED if WANTED in self.test.factors else ""

    @property
    def known_attributes(self) -> tuple[str, ...]:
        """The attributes that a test image has or has not, int64 of 0 and 1 in both splits."""
        return tuple(
            name
            for name, values in self.train.factors.items()
            if name != WANTED
            and name in self.test.factors
            and values.dtype == np.int64
            and set(np.unique(values)) == {0, 1}
        )

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
