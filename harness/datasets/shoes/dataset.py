"""``shoes``: photographs of shoes with line sketches, procedural or ShoeV2's own files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from annotated_types import Ge, Gt, Le

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import Dataset, DataSource, Split, SplitName
from harness.data.files.photographs import (
    cached_photographs,
    decode_resized,
    decoded,
    digest_of,
)
from harness.data.options import DatasetOptions
from harness.datasets.shoes.drawn import render
from harness.datasets.shoes.factors import APPEARANCE, SHAPE, draw_factors, photographs
from harness.datasets.shoes.shoev2 import REMEDY, Pairs, decode_strokes, find_pairs
from harness.datasets.shoes.sketches import sketches
from harness.datasets.shoes.targets import SKETCH, UNPAIRED, Sketches, modalities
from models.declaration import LABELLED

_PROCEDURAL_PAIRS: dict[SplitName, int] = {"train": 6000, "test": 660}  # of 1,800 and 198 shoes
_AT_ONCE = 64


@dataclass(frozen=True)
class ShoesOptions(DatasetOptions):
    """Photographs of shoes and line sketches of them, 64x64 or 224x224 RGB.

    Procedural, a counterpart of ShoeV2, or ShoeV2's files. Each image is a pair of a photograph
    and one of its sketches, of which there are several: a photograph stands in three or four rows
    one after another, of which all are in the same split.

    Modalities: ``sketch``, the distance of each pixel to the nearest stroke, clipped at a tenth of
    the width and divided by that, so that it is 0 on strokes and at most 1; ``labelled``, 1 for an
    image that has it and 0 for one whose sketch is 0; and ``unpaired_sketch``, a sketch of no
    photograph that has its label, drawn at random whatever the image shows: one whose photograph is
    left out by ``label_fraction``, or that never had one. Where there is none, any of the split.

    The procedural shoes' factors are those of their shape, which sketches show too, and those of
    their appearance, which no sketch shows.

    Attributes:
        source: ``procedural``, or ``real``, ShoeV2's files from ``data_root``.
        size: images and sketches are 64 or 224 pixels high and wide.
        label_fraction: the share of the training photographs that have their sketches, drawn at
            random. Below 1 it is for methods that need the modality ``labelled``; others that
            learn from sketches are refused. Test images always have theirs.
        n_train: training pairs; None for all real ones, and for 6,000 procedural ones.
        n_test: test pairs; None for all real ones, and for 660 procedural ones.
        seed: another seed draws other shoes, and leaves others unlabelled. Procedural image i
            depends on the seed, its split and i alone.
    """

    name: ClassVar[str] = "shoes"
    # SemiX states neither epochs nor batch size of its sketches; these are proposed.
    published_epochs: ClassVar[int] = 200
    published_batch_size: ClassVar[int] = 64
    modalities: ClassVar[tuple[str, ...]] = (SKETCH, LABELLED, UNPAIRED)

    source: DataSource = "procedural"
    size: Literal[64, 224] = 64
    label_fraction: Annotated[float, Gt(0), Le(1)] = 1.0
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None
    seed: Annotated[int, Ge(0)] = 0

    @property
    def partly_given(self) -> tuple[str, ...]:
        """The sketch, where only some training images have theirs."""
        return (SKETCH,) if self.label_fraction < 1 else ()

    def smaller(self, n_train: int, n_test: int) -> Self:
        """Return options with fewer pairs drawn."""
        if self.source == "real":
            return self
        train, test = self._drawn_pairs("train"), self._drawn_pairs("test")
        return replace(self, n_train=min(train, n_train), n_test=min(test, n_test))

    def n_training(self, data_root: Path | None) -> int | None:  # noqa: ARG002 - known without files
        """Return how many procedural pairs there are for training; None of real ones."""
        return self._drawn_pairs("train") if self.source == "procedural" else None

    def check(self, data_root: Path | None) -> None:
        """Look for every real image; none is decoded."""
        if self.source == "real":
            for pairs in find_pairs(data_root).values():
                pairs.require_files()

    def load(self, data_root: Path | None) -> Dataset:
        """Return the pairs, drawn or decoded once and cached."""
        if self.source == "procedural":
            train, test = self._drawn("train"), self._drawn("test")
            return Dataset(
                self.name,
                self.source,
                train,
                test,
                appearance_factors=APPEARANCE,
                pose_factors=SHAPE,
            )
        found = find_pairs(data_root)
        for pairs in found.values():
            pairs.require_files()
        notes = tuple(note for pairs in found.values() for note in pairs.notes)
        train = self._read("train", found["train"].first(self.n_train))
        test = self._read("test", found["test"].first(self.n_test))
        return Dataset(self.name, self.source, train, test, notes=notes)

    def _drawn_pairs(self, split: SplitName) -> int:
        asked = self.n_train if split == "train" else self.n_test
        return asked or _PROCEDURAL_PAIRS[split]

    def _drawn(self, split: SplitName) -> Split:
        n = self._drawn_pairs(split)
        photograph, _ = photographs(n)
        of_photograph = draw_factors(split, int(photograph.max()) + 1, self.seed)
        key = {"split": split, "n": n, "seed": self.seed, "size": self.size}
        images = cached_chunks(
            f"shoes-{split}",
            key,
            (n, 3, self.size, self.size),
            partial(_photographed, of_photograph, photograph, self.size),
            using=(render, draw_factors),
        )
        strokes = cached_chunks(
            f"shoes-{split}-strokes",
            key,
            (n, 1, self.size, self.size),
            partial(_sketched, of_photograph, photograph, f"shoes/{split}/{self.seed}", self.size),
            using=(sketches, draw_factors),
        )
        drawn = Sketches(strokes, photograph, strokes[:0], {**key, "source": "procedural"})
        factors = {name: values[photograph] for name, values in of_photograph.items()}
        return Split(
            images,
            {"photograph": photograph, **factors},
            modalities(drawn, split, self.label_fraction, self.seed),
        )

    def _read(self, split: SplitName, pairs: Pairs) -> Split:
        size = self.size, self.size
        images = cached_photographs(
            f"shoes-{split}",
            pairs.folder,
            pairs.photographs,
            size,
            partial(decode_resized, size=size),
            remedy=REMEDY,
        )
        strokes, alone = (
            self._strokes(split, pairs.folder, names) for names in (pairs.sketches, pairs.alone)
        )
        files = digest_of(pairs.folder, [*pairs.sketches, *pairs.alone], REMEDY)
        read = Sketches(strokes, pairs.photograph, alone, {"files": files, "size": self.size})
        names = np.array([Path(name).stem for name in pairs.sketches])
        return Split(
            images,
            {"photograph": pairs.photograph},
            modalities(read, split, self.label_fraction, self.seed),
            names,
        )

    def _strokes(self, split: SplitName, folder: Path, names: Sequence[str]) -> np.ndarray:
        if not names:
            return np.empty((0, 1, self.size, self.size), np.uint8)
        decode = partial(decode_strokes, side=self.size)
        return cached_chunks(
            f"shoes-{split}-strokes",
            {"files": digest_of(folder, names, REMEDY), "size": self.size},
            (len(names), 1, self.size, self.size),
            lambda: (part.transpose(0, 3, 1, 2) for part in decoded(folder, names, decode)),
            using=(decode_strokes,),
        )


def _photographed(
    of_photograph: Mapping[str, np.ndarray], photograph: np.ndarray, side: int
) -> Iterator[np.ndarray]:
    """Yield the image of each pair; a photograph is drawn once for all of its pairs."""
    for first in range(0, int(photograph.max()) + 1, _AT_ONCE):
        some = {name: values[first : first + _AT_ONCE] for name, values in of_photograph.items()}
        here = photograph[(photograph >= first) & (photograph < first + _AT_ONCE)]
        yield render(some, side)[here - first]


def _sketched(
    of_photograph: Mapping[str, np.ndarray], photograph: np.ndarray, key: str, side: int
) -> Iterator[np.ndarray]:
    """Yield the strokes of each pair, some at a time."""
    for first in range(0, len(photograph), _AT_ONCE):
        which = photograph[first : first + _AT_ONCE]
        place = first + np.arange(len(which))
        yield sketches(of_photograph, which, place, f"{key}/sketches", side)
