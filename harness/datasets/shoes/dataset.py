"""``shoes``: photographs of shoes with line sketches, procedural or ShoeV2's own files."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from annotated_types import Ge, Gt, Le

from harness.data.dataset import Dataset, DataSource, SplitName
from harness.data.options import DatasetOptions
from harness.datasets.shoes.factors import APPEARANCE, SHAPE, SKETCH, UNPAIRED
from harness.datasets.shoes.shoev2 import find_pairs
from models.declaration import LABELLED

_PROCEDURAL_PAIRS: dict[SplitName, int] = {"train": 6000, "test": 660}  # of 1,800 and 198 shoes


@dataclass(frozen=True)
class ShoesOptions(DatasetOptions):
    """Photographs of shoes and line sketches of them, 64x64 or 224x224 RGB.

    Procedural, a counterpart of ShoeV2, or ShoeV2's files. Each image is a pair of a photograph
    and one of its sketches, of which there are several: a photograph stands in three or four rows
    one after another, of which all are in the same split.

    Modalities: ``sketch``, the distance of each pixel to the nearest stroke, clipped at a tenth of
    the width and divided by that, so that it is 0 on strokes and at most 1; ``labelled``, 1 for an
    image that has it and 0 for one whose sketch is 0; and ``unpaired_sketch``, the same of a sketch
    that belongs to none of these images: of a procedural shoe of which there is no photograph; of
    ShoeV2's one that has none, or whose photograph ``label_fraction`` left unlabelled. Where ShoeV2
    has neither, it is any sketch of the split.

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
        # What draws takes scipy, whose import would slow every plan down.
        from harness.datasets.shoes.splits import Asked, drawn_split, read_split

        wanted = (
            Asked("train", self.size, self.label_fraction, self.seed),
            Asked("test", self.size, 1.0, self.seed),
        )
        if self.source == "procedural":
            train, test = (drawn_split(each, self._drawn_pairs(each.split)) for each in wanted)
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
        counts = {"train": self.n_train, "test": self.n_test}
        train, test = (read_split(each, found[each.split], counts[each.split]) for each in wanted)
        return Dataset(self.name, self.source, train, test, notes=notes)

    def _drawn_pairs(self, split: SplitName) -> int:
        asked = self.n_train if split == "train" else self.n_test
        return asked or _PROCEDURAL_PAIRS[split]
