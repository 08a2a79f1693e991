"""``humans``: people in many poses, cropped, with joints in space; some without labels."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import Dataset, Split, SplitName
from harness.data.options import Arrays, DatasetOptions, in_portions
from harness.datasets.humans import mocap
from harness.datasets.humans.basis import BASIS, pose_basis
from harness.datasets.humans.drawn import render
from harness.datasets.humans.factors import draw_factors
from harness.datasets.humans.labels import (
    LABELLED_2D,
    LABELS,
    MASK,
    PINHOLE,
    PRIORS,
    UNPAIRED,
    Shown,
    labels,
)
from harness.datasets.humans.motions import Motions, procedural_motions
from harness.datasets.recordings.amass import amass_motions
from harness.datasets.recordings.bvh import bvh_motions
from harness.datasets.recordings.human36m import human36m_motions
from harness.drawing.skeleton import KEYPOINTS
from models.declaration import LABELLED
from models.hyperparameters import Added

SOURCES = {
    "mocap": "recorded (CMU's motion capture)",
    "h36m": "recorded (Human3.6M)",
    "amass": "recorded (AMASS)",
    "bvh": "recorded (BVH files)",
    "procedural": "procedural",
}
"""Where poses are from, in words."""

_READERS = {
    "mocap": mocap.cmu_motions,
    "h36m": human36m_motions,
    "amass": amass_motions,
    "bvh": bvh_motions,
}
_AT_ONCE = 64


@dataclass(frozen=True)
class HumansOptions(DatasetOptions):
    """People in recorded or procedural poses, 64x64 or 224x224 RGB; 17 or 32 joints.

    A counterpart of Human3.6M. Seven subjects, of whom two are for the test, each in four kinds of
    clothes and five palettes (``identity``, 140), are seen by four cameras and cut out by the
    square around their joints. Test images show other subjects in other recordings.

    Modalities are labels of the image, ``joints_3d`` in metres from the pelvis as the camera sees
    them (right, down and towards it), ``joints_2d``, where they are in the image (-1 to 1 from its
    left to its right, and from its top to its bottom), ``viewpoint`` and ``cpose``, the rotation
    and the joints of the same body when it faces the viewer (``joints_3d = cpose @ viewpoint``),
    and ``weak_camera``, by which ``joints_2d = s * joints_3d[:, :2] + (tx, ty)`` (of near cameras
    at the pelvis alone); ``labelled``, 1
    for an image that has these and 0 for one whose labels are 0; ``labelled_2d``, 1 for one that
    has ``joints_2d``; and ``unpaired_joints``, the joints in space of other subjects in other
    motions, drawn at random whatever the image shows. With ``priors`` also ``pinhole``, the camera
    of a body (a rotation by rows, a translation, a focal length: 13 numbers), ``unpaired_cpose``
    and ``unpaired_pinhole``, bodies and cameras of other people; and of the whole dataset
    ``pose_basis``, the mean and the principal components of such bodies.

    Attributes:
        size: images are 64 or 224 pixels high and wide.
        poses: ``mocap`` takes CMU's recorded ones from ``data_root``, ``procedural`` needs no
            files, ``auto`` takes the former where they are there. ``h36m``, ``amass`` and ``bvh``
            are those of Human3.6M, of AMASS and of BVH files.
        joints: how many of Human3.6M's joints, 17 or 32; the metrics are of 17.
        street: whether people are in a street; else they are cut out, on plain paper.
        lens: ``distant`` cameras see what is farther no smaller; ``near`` ones are 4.3 to
            6.4 m away.
        priors: whether there is what an adversary learns bodies and cameras from (see above).
        masks: whether there is the modality ``mask``, the share of each pixel that is covered.
        subjects: how many of the five subjects the training images show.
        label_fraction: the share of the training images that have their labels, drawn at random.
            Below 1 it is for methods that need the modality ``labelled``; others that learn from
            labels are refused. Test images always have theirs, and factors are always known.
        wild_fraction: the share of the training images that are of other subjects in other cloths
            and streets, and of all labels have ``joints_2d`` alone.
        n_train: training images.
        n_test: test images.
        seed: another seed draws other images. Image i depends on the seed, its split and i alone.
    """

    name: ClassVar[str] = "humans"
    # SemiX on Human3.6M: 50 epochs; its batch size is not stated, proposed is 64.
    published_epochs: ClassVar[int] = 50
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "identity"

    size: Literal[64, 224] = 64
    poses: Literal["auto", "mocap", "h36m", "amass", "bvh", "procedural"] = "auto"
    joints: Literal[17, 32] = 17
    street: bool = False
    lens: Annotated[Literal["distant", "near"], Added(before="distant")] = "distant"
    priors: Annotated[bool, Added(before=False)] = True
    masks: bool = False
    subjects: Annotated[int, Ge(1), Le(5)] = 5
    label_fraction: Annotated[float, Gt(0), Le(1)] = 1.0
    wild_fraction: Annotated[float, Ge(0), Lt(1)] = 0.0
    n_train: Annotated[int, Ge(1)] = 10_000
    n_test: Annotated[int, Ge(1)] = 2000
    seed: Annotated[int, Ge(0)] = 0

    optional_modalities: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys((*PRIORS, BASIS), "dataset.priors=true"),
        MASK: "dataset.masks=true",
    }

    @property
    def modalities(self) -> tuple[str, ...]:  # type: ignore[override]
        """Names of the modalities of the splits."""
        further = (*(PRIORS if self.priors else ()), *([MASK] if self.masks else []))
        return (*LABELS, LABELLED, LABELLED_2D, UNPAIRED, *further)

    @property
    def tables(self) -> dict[str, tuple[int, ...]]:
        """Shape of the basis of poses: a mean, and as many components as coordinates."""
        n = 3 * self.joints
        return {BASIS: (1 + n, n)} if self.priors else {}

    @property
    def partly_given(self) -> tuple[str, ...]:
        """The labels, where only some training images have them."""
        given = (*LABELS, *([PINHOLE] if self.priors else []))
        return given if self.label_fraction < 1 or self.wild_fraction > 0 else ()

    @property
    def keypoints(self) -> tuple[str, ...]:
        """The seventeen joints."""
        return KEYPOINTS

    def planned(self, data_root: Path | None) -> Self:
        """Return options that say where the poses are from."""
        if self.poses != "auto":
            return self
        return replace(self, poses="mocap" if mocap.is_there(data_root) else "procedural")

    def smaller(self, n_train: int, n_test: int) -> Self:
        """Return options with fewer images drawn."""
        return replace(self, n_train=min(self.n_train, n_train), n_test=min(self.n_test, n_test))

    def n_training(self, data_root: Path | None) -> int:  # noqa: ARG002 - known without files
        """Return how many images there are for training."""
        return self.n_train

    def check(self, data_root: Path | None) -> None:
        """Read the recorded poses, if these are asked for."""
        self.planned(data_root)._motions(data_root)

    def load(self, data_root: Path | None) -> Dataset:
        """Return the images, drawn once and cached."""
        options = self.planned(data_root)
        motions = options._motions(data_root)
        return Dataset(
            self.name,
            "procedural",
            options._split("train", self.n_train, motions),
            options._split("test", self.n_test, motions),
            appearance_factors=("subject", "clothes", "palette"),
            pose_factors=("action", "camera", "heading"),
            identity_factor=self.identity_factor,
            keypoints=self.keypoints,
            notes=(f"The poses are {SOURCES[options.poses]}.",),
            tables=({BASIS: pose_basis(motions, self.joints, self.seed)} if self.priors else {}),
        )

    def _motions(self, data_root: Path | None) -> Motions:
        if self.poses == "procedural":
            return procedural_motions()
        return _READERS[self.poses](data_root)

    def _split(self, split: SplitName, n: int, motions: Motions) -> Split:
        wild = self.wild_fraction if split == "train" else 0.0
        factors = draw_factors(split, n, motions, self.seed, subjects=self.subjects, wild=wild)
        near = self.lens == "near"
        draw = partial(render, motions=motions, side=self.size, street=self.street, near=near)
        key = {
            "split": split,
            "n": n,
            "seed": self.seed,
            "size": self.size,
            "street": self.street,
            "subjects": self.subjects,
            "wild": wild,
            "motions": motions.digest,
            **({"lens": self.lens} if near else {}),
        }
        images, masks = (
            partial(
                cached_chunks,
                f"humans-{split}{kind}",
                key,
                (n, channels, self.size, self.size),
                partial(_channels, draw, factors, which),
                using=(render, draw_factors),
            )
            for kind, channels, which in (("", 3, slice(3)), ("-masks", 1, slice(3, None)))
        )
        shown = Shown(factors, motions, self.size, self.joints, near, self.priors)
        fraction = self.label_fraction if split == "train" else 1.0
        further, modalities = labels(shown, split, self.seed, fraction)
        if self.masks:
            modalities[MASK] = masks().astype(np.float32) / 255
        return Split(images(), {**factors, **further}, modalities)


def _channels(
    draw: Callable[[Arrays], np.ndarray], factors: Arrays, which: slice
) -> Iterator[np.ndarray]:
    """Yield some of the channels of all images that ``draw`` makes, some images at a time."""
    return (part[:, which] for part in in_portions(draw, factors, _AT_ONCE))
