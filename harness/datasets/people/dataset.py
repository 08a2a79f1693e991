"""``people``: images of persons by several cameras, as Market-1501's and DeepFashion's."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from annotated_types import Ge

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import Dataset, DataSource, Split, SplitName
from harness.data.files.photographs import cached_photographs, decode_resized, file_states
from harness.data.options import DatasetOptions, in_portions
from harness.datasets.people.drawn import (
    PLACING,
    SHAPES,
    TRAITS,
    Look,
    draw_factors,
    keypoints,
    render,
)
from harness.datasets.people.keypoints import keypoint_names, places_in_files, read_keypoints
from harness.datasets.people.listings import REMEDY, Listing, find_people
from harness.drawing.skeleton import KEYPOINTS
from harness.errors import UserError
from models.hyperparameters import Added

_PROCEDURAL_IMAGES: dict[SplitName, int] = {"train": 6000, "test": 2000}
_AT_ONCE = 200  # images whose layers are held at once


@dataclass(frozen=True)
class PeopleOptions(DatasetOptions):
    """Persons by six cameras, 128x64 RGB; procedural or Market-1501's files.

    The procedural people are capsules with clothes: twenty images of each identity, in twenty of
    128 frames, by six cameras. Identities of the test are never those of the training. Their
    factors are the identity's traits, ``frame`` (with ``action``, ``phase`` and ``direction``),
    ``camera``, ``query`` and the keypoints ``pelvis_x``, ``pelvis_y`` and so on.

    Real images are Market-1501's folders, or listed in ``train.csv``, ``test.csv`` and, if there
    is one, ``query.csv``. They have the factors ``identity``, ``camera`` (of the file's name where
    that is like Market's; else each image has one of its own) and ``query``, and no frames. They
    have keypoints if the file ``keypoints.csv`` beside the folders or lists has them: its first
    line is ``path,nose_x,nose_y`` and so on, every other one an image's path and where they are, in
    pixels of the file.

    Attributes:
        source: procedural, or real files from ``data_root``.
        square: 256 x 256 pixels, as DeepFashion's shop images (procedural ones are in a studio);
            else 128 x 64, as Market-1501's crops (procedural ones are in the street).
        downscale: how many of these pixels are one of the image along each axis.
        n_train: training images; None for all real ones, and for 6,000 procedural ones.
        n_test: test images; None for all real ones, and for 2,000 procedural ones.
        seed: another seed draws other people. Image i depends on the seed, its split and i alone.
        labelled_keypoints: names of the keypoints of real images; found in their file.
    """

    name: ClassVar[str] = "people"
    # RoDi's released code: 100,001 steps of 16 pairs on Market-1501's 12,936 training images.
    published_epochs: ClassVar[int] = 124
    published_batch_size: ClassVar[int] = 16
    identity_factor: ClassVar[str] = "identity"
    frame_factor: ClassVar[str] = "frame"
    camera_factor: ClassVar[str] = "camera"

    source: DataSource = "procedural"
    square: bool = False
    downscale: Literal[1, 2, 4] = 1
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None
    seed: Annotated[int, Ge(0)] = 0
    labelled_keypoints: Annotated[tuple[str, ...], Added(before=())] = ()

    @property
    def keypoints(self) -> tuple[str, ...]:
        """The procedural people's keypoints, or those in the file of real ones."""
        return KEYPOINTS if self.source == "procedural" else self.labelled_keypoints

    @property
    def unknown(self) -> tuple[str, ...]:
        """Real people are in no known pose, and nothing is known of them but who they are."""
        return () if self.source == "procedural" else ("known_frame", "known_appearance")

    def planned(self, data_root: Path | None) -> Self:
        """Return the options with the keypoints that the file of real images has."""
        if self.source == "procedural":
            return self
        try:
            folder = find_people(data_root)["train"].folder
        except UserError:  # there is no data, which check says when trials are to run
            return self
        return replace(self, labelled_keypoints=keypoint_names(folder))

    def load(self, data_root: Path | None) -> Dataset:
        """Return the people, drawn or decoded once and cached."""
        wanted: dict[SplitName, int | None] = {"train": self.n_train, "test": self.n_test}
        splits: dict[SplitName, Split] = {}
        if self.source == "procedural":
            for split, n in wanted.items():
                splits[split] = self._drawn(split, n or _PROCEDURAL_IMAGES[split])
        else:
            for split, listing in find_people(data_root).items():
                splits[split] = self._read(split, listing.first(wanted[split]))
        dataset = Dataset(
            self.name,
            self.source,
            splits["train"],
            splits["test"],
            identity_factor=self.identity_factor,
            frame_factor=self.frame_factor,
            camera_factor=self.camera_factor,
            keypoints=self.keypoints,
        )
        if self.source == "real":
            return dataset
        return replace(
            dataset,
            appearance_factors=(*TRAITS, *SHAPES),
            pose_factors=("action", "phase", "direction", *PLACING[:3]),
        )

    def check(self, data_root: Path | None) -> None:
        """Look for every real image; none is decoded."""
        if self.source == "real":
            for listing in find_people(data_root).values():
                file_states(listing.folder, listing.names, REMEDY)
                if self.labelled_keypoints:
                    places_in_files(listing, self.labelled_keypoints)

    @property
    def _look(self) -> Look:
        return Look(self.square, self.downscale)

    def _drawn(self, split: SplitName, n: int) -> Split:
        factors = draw_factors(split, n, self.seed)
        images = cached_chunks(
            f"people-{split}",
            {
                "split": split,
                "n": n,
                "seed": self.seed,
                "square": self.square,
                "downscale": self.downscale,
            },
            (n, 3, *self._look.size),
            partial(in_portions, partial(render, look=self._look), factors, _AT_ONCE),
            using=(render,),
        )
        return Split(images, {**factors, **keypoints(factors, self._look)})

    def _read(self, split: SplitName, listing: Listing) -> Split:
        size = self._look.size
        images = cached_photographs(
            f"people-{split}",
            listing.folder,
            listing.names,
            size,
            partial(decode_resized, size=size),
            remedy=REMEDY,
        )
        factors = {"identity": listing.identity, "camera": listing.camera}
        factors |= read_keypoints(listing, self.labelled_keypoints, size)
        if listing.query is not None:
            factors["query"] = listing.query
        return Split(images, factors)
