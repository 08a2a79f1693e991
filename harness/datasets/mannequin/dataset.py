"""``mannequin``: articulated figures, every combination of appearance, pose, view and place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from annotated_types import Ge, Gt, Le

from harness import keyed_random
from harness.data.dataset import POSE_UNIT, Dataset, Split, SplitName
from harness.data.labelled import labelled_rows
from harness.data.options import Arrays, in_portions
from harness.datasets.grids.indexing import Grid
from harness.datasets.grids.options import GridImages, GridOptions
from harness.datasets.mannequin.drawn import render
from harness.datasets.mannequin.looks import BUILDS, CLOTHES, PALETTES
from harness.datasets.mannequin.poses import POSES
from harness.datasets.mannequin.scenes import (
    ACROSS,
    AZIMUTHS,
    DOWN,
    SIZE,
    STATURES,
    joints_in_image,
    joints_in_space,
    own_joints,
    scene_of,
)
from harness.drawing.skeleton import KEYPOINTS
from models.declaration import LABELLED

TOGETHER = 4
"""Images in a row that show one frame, of as many identities."""

STATURE_MM = 1720
"""mm of a stature, the unit of joints in space: that of the mean figure of ``humans``."""

SKETCH, UNPAIRED_SKETCH = "sketch", "unpaired_sketch"
"""Modalities: the distance map of an image's sketch, and that of another figure's."""

_AT_ONCE = 512
_APPEARANCE = {"build": len(BUILDS), "clothes": len(CLOTHES), "palette": len(PALETTES)}
_PLACE = {"scale": len(STATURES), "x": len(ACROSS), "y": len(DOWN)}
# Images that follow one another in the grid are drawn together, the faster the more alike they are.
_FRAME = {"pose": len(POSES), "azimuth": AZIMUTHS, **_PLACE}
_IDENTITIES, _FRAMES = Grid(**_APPEARANCE), Grid(**_FRAME)


@dataclass(frozen=True)
class MannequinOptions(GridOptions):
    """Procedural figures, 576,000 images of 80 people in 12 poses from 8 sides, 64x64 RGB.

    The identity is the appearance: ``build`` 4, ``clothes`` 4 and ``palette`` 5. The frame is the
    rest: ``pose`` 12, ``azimuth`` 8, the view, in eighths of a turn, ``scale`` 3, ``x`` 5 and ``y``
    5. What the values show is in the tables of ``harness/datasets/mannequin``. Images stand in
    a random order, four in a row with one frame and four identities, so that few images have pairs
    and triplets enough; both splits have all identities, and no image is in both.

    Modalities are labels of the image, ``joints_3d``, the 17 joints of Human3.6M as the camera sees
    them (right, down and towards it from the pelvis, in statures), ``joints_2d``, where they are in
    the image (-1 to 1 from its left to its right, and from its top to its bottom), ``viewpoint``
    and ``cpose``, the rotation and the joints of the same figure when it faces the viewer
    (``joints_3d = cpose @ viewpoint``), ``pose_factors`` and ``appearance_factors``; then
    ``labelled``, 1 for an image that has these labels and 0 for one whose labels are 0; and
    ``unpaired_joints``, the joints in space of another figure, drawn at random whatever the image
    shows. Made only for methods and metrics that ask for them are ``sketch``, another label: a line
    drawing of the figure in its place without its clothes, as the distance of each pixel to the
    nearest line, clipped at a tenth of the width and divided by that; and ``unpaired_sketch``, that
    of another figure in another place. Known factors are also where the joints are in pixels
    (``pelvis_x``, ``pelvis_y`` ...).

    Attributes:
        downscale: images are 64 or 32 pixels high and wide.
        label_fraction: the share of the training images that have their labels, drawn at random.
            Below 1 it is for methods that need the modality ``labelled``; others that learn from
            labels are refused. Test images always have theirs, and factors are always known.
        n_train: training images; None for all that are not for the test.
    """

    name: ClassVar[str] = "mannequin"
    published_epochs: ClassVar[int] = 1920  # of 10,000 images: the steps of Locatello et al. (2019)
    published_batch_size: ClassVar[int] = 64
    identity_factor: ClassVar[str] = "identity"
    frame_factor: ClassVar[str] = "frame"
    appearance_factors: ClassVar[tuple[str, ...]] = tuple(_APPEARANCE)
    pose_factors: ClassVar[tuple[str, ...]] = tuple(_FRAME)
    grid: ClassVar[Grid] = Grid(**_FRAME, **_APPEARANCE)
    categorical: ClassVar[tuple[str, ...]] = ("pose", *_APPEARANCE)
    needs_no_files: ClassVar[bool] = True
    cyclic: ClassVar[Mapping[str, int]] = {"azimuth": AZIMUTHS}
    modalities: ClassVar[tuple[str, ...]] = (
        "pose_factors",
        "appearance_factors",
        "joints_3d",
        "joints_2d",
        "viewpoint",
        "cpose",
        SKETCH,
        LABELLED,
        "unpaired_joints",
        UNPAIRED_SKETCH,
    )
    on_request: ClassVar[tuple[str, ...]] = (SKETCH, UNPAIRED_SKETCH)

    n_train: Annotated[int, Ge(1)] | None = 10_000
    n_test: Annotated[int, Ge(1)] | None = 2000
    downscale: Literal[1, 2] = 1
    label_fraction: Annotated[float, Gt(0), Le(1)] = 1.0

    @property
    def keypoints(self) -> tuple[str, ...]:
        """The seventeen joints."""
        return KEYPOINTS

    @property
    def partly_given(self) -> tuple[str, ...]:
        """The labels, where only some training images have them."""
        names = self.modalities
        return names[: names.index(LABELLED)] if self.label_fraction < 1 else ()

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 3, SIZE // self.downscale, SIZE // self.downscale

    def images(self, data_root: Path | None) -> GridImages:  # noqa: ARG002 - needs no files
        """Return the drawn images."""
        read = partial(_drawn, self.grid, self.downscale)
        return GridImages("procedural", {"downscale": self.downscale}, read)

    def smaller(self, n_train: int, n_test: int) -> Self:
        """Return options of at most so many images."""
        return self.with_at_most(n_train, n_test)

    def order(self) -> np.ndarray:
        """Return all places in a random order, in fours of one frame and four identities."""
        n_frames, n_people = len(_FRAMES), len(_IDENTITIES)
        key = f"{self.name}/{self.seed}"
        of_people = keyed_random.uniforms(f"{key}/identities", n_frames, n_people)
        people = np.argsort(of_people, axis=1, kind="stable")
        places = np.arange(n_frames)[:, None] * n_people + people
        fours = places.reshape(-1, TOGETHER)
        of_fours = keyed_random.uniforms(f"{key}/frames", len(fours), 1)[:, 0]
        return fours[np.argsort(of_fours, kind="stable")].ravel()

    def labels_of(self, split: SplitName, factors: Arrays) -> tuple[Arrays, Arrays]:
        """Return the labels ``identity`` and ``frame``, places of joints, and the modalities."""
        further, modalities = super().labels_of(split, factors)
        scene = scene_of(factors)
        at = joints_in_image(factors, scene, self.downscale)
        further |= {"identity": _IDENTITIES.index(factors), "frame": _FRAMES.index(factors)}
        further[POSE_UNIT] = np.full(len(at), STATURE_MM, np.float32)
        for k, name in enumerate(KEYPOINTS):
            further |= {f"{name}_{a}": at[:, k, i].astype(np.float32) for i, a in enumerate("xy")}
        modalities["joints_3d"] = joints_in_space(scene)
        modalities["joints_2d"] = 2 * (at + 0.5) / self.image_shape[-1] - 1
        modalities["viewpoint"] = scene.turn
        modalities["cpose"] = own_joints(scene)
        labelled = labelled_rows(self.name, split, len(at), self.label_fraction, self.seed)
        for name in modalities:
            modalities[name] = modalities[name].astype(np.float32)
            modalities[name][~labelled] = 0
        modalities[LABELLED] = labelled.astype(np.float32)
        modalities["unpaired_joints"] = self._unpaired(split, len(at))
        return further, modalities

    def requested(self, dataset: Dataset, names: Sequence[str]) -> Dataset:
        """Return the dataset with sketches, made once and cached."""
        train, test = (
            replace(part, modalities={**part.modalities, **self._sketches(split, part, names)})
            for split, part in (("train", dataset.train), ("test", dataset.test))
        )
        return replace(dataset, train=train, test=test)

    def _sketches(self, split: str, part: Split, names: Sequence[str]) -> Arrays:
        """Return ``sketch`` and ``unpaired_sketch`` of all images of a split, float32."""
        # What measures distances takes scipy, whose import would slow every plan down.
        from harness.datasets.mannequin.sketches import other_figures, sketches

        n, made = len(part), {}
        key: dict[str, str | int | float] = {
            "split": split,
            "n": n,
            "seed": self.seed,
            "downscale": self.downscale,
        }
        if SKETCH in names:
            of = {**key, "fraction": self.label_fraction}
            labelled = part.modalities[LABELLED] > 0
            made[SKETCH] = sketches(f"{self.name}-{split}-sketch", of, part.factors, labelled)
        if UNPAIRED_SKETCH in names:
            others = other_figures(f"{self.name}/unpaired_sketch/{split}/{self.seed}", n)
            name = f"{self.name}-{split}-{UNPAIRED_SKETCH}"
            made[UNPAIRED_SKETCH] = sketches(name, key, others, np.ones(n, bool))
        return made

    def _unpaired(self, split: SplitName, n: int) -> np.ndarray:
        """Return joints of figures drawn at random, ``[n, 17, 3]`` float32."""
        names = ("build", "pose", "azimuth")
        u = keyed_random.uniforms(f"{self.name}/unpaired/{split}/{self.seed}", n, len(names)).T
        factors = {
            name: (self.grid.sizes[name] * of).astype(np.int64)
            for name, of in zip(names, u, strict=True)
        }
        return joints_in_space(scene_of(factors)).astype(np.float32)


def _drawn(grid: Grid, downscale: int, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the images of places of the grid; those that follow one another are alike."""
    return in_portions(partial(render, downscale=downscale), grid.factors(rows), _AT_ONCE)
