"""Options of the sets that show every combination of their factors' values once."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
from annotated_types import Ge

from harness.data.cache.arrays import Key, cached_chunks
from harness.data.dataset import Dataset, DataSource, Split, SplitName
from harness.data.files.find import find_files
from harness.data.identity_order import shuffled
from harness.data.options import Arrays, DatasetOptions
from harness.datasets.grids.factor_vectors import factor_vectors
from harness.datasets.grids.indexing import Grid
from harness.errors import UserError

TEST_SHARE = 10
"""One in so many images is for the test where ``n_test`` is not given."""

STUDY_IMAGES = 300_000 * 64
"""Images that a training of the large study takes (Locatello et al., 2019): steps, of so many."""


@dataclass(frozen=True, eq=False)
class GridImages:
    """The images of a grid, drawn or in files, that are read when they are asked for.

    Attributes:
        source: real files or a procedural counterpart.
        key: what the images depend on, such as the state of their file.
        read: yields the images of some rows ``[n]``, which ascend: ``[k, C, H, W]`` uint8 at a
            time. An edit of its module, or of one that it imports, makes cached images be read
            again. It raises no ``OSError``.
        index: ``[N]``, the place in the grid that each row shows; None where they are the same.
    """

    source: DataSource
    key: Key
    read: Callable[[np.ndarray], Iterator[np.ndarray]]
    index: np.ndarray | None = None


@dataclass(frozen=True)
class GridOptions(DatasetOptions):
    """Base of the options of sets that show every combination of their factors' values once.

    These sets have no official split. A share of the images, drawn at random, is for the test; the
    training images stand in a random order too, so that any first few are a sample.

    Their modalities are the factors as vectors, ``pose_factors`` and ``appearance_factors``, as
    :func:`harness.datasets.grids.factor_vectors.factor_vectors` makes them.

    Attributes:
        grid: its factors and their sizes, in the order of the published files.
        categorical: factors whose values have no order.
        cyclic: factors whose values go round, and how many steps make a turn.
        kept_in: the folder below ``data_root`` in which its files are looked for first.
        md5s: MD5 sums of published files, by their names.
        left_out: factors that number the images and are not among those of the dataset.
        appearance_factors: as in :class:`Dataset`.
        pose_factors: as in :class:`Dataset`.
        n_train: the first so many training images; None for all that are not for the test.
        n_test: the first so many test images; None for a tenth of all images.
        seed: another seed draws another split. Each choice of these three is cached by itself.
    """

    grid: ClassVar[Grid]
    categorical: ClassVar[tuple[str, ...]] = ()
    cyclic: ClassVar[Mapping[str, int]] = {}
    modalities: ClassVar[tuple[str, ...]] = ("pose_factors", "appearance_factors")
    left_out: ClassVar[tuple[str, ...]] = ()
    kept_in: ClassVar[str] = ""
    md5s: ClassVar[Mapping[str, str]] = {}
    appearance_factors: ClassVar[tuple[str, ...]]
    pose_factors: ClassVar[tuple[str, ...]]

    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None
    seed: Annotated[int, Ge(0)] = 0

    def load(self, data_root: Path | None) -> Dataset:
        """Return the images, drawn or read once and memory-mapped afterwards."""
        train, test = self.split()
        found = self.images(data_root)
        images = self._cached(found, np.concatenate([train, test]))
        return Dataset(
            self.name,
            found.source,
            Split(images[: len(train)], *self._known("train", train)),
            Split(images[len(train) :], *self._known("test", test)),
            appearance_factors=self.appearance_factors,
            pose_factors=self.pose_factors,
            identity_factor=self.identity_factor,
            frame_factor=self.frame_factor,
            keypoints=self.keypoints,
        )

    def check(self, data_root: Path | None) -> None:
        """Look for the files and at what they say they hold; pixels are not read."""
        self.counts()
        self.images(data_root)

    @property
    @abstractmethod
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""

    @abstractmethod
    def images(self, data_root: Path | None) -> GridImages:
        """Return the images, of which no pixel is read or drawn yet.

        Raises:
            UserError: files are missing.
            CorruptFileError: a file is not what it should be.
        """

    def n_training(self, data_root: Path | None) -> int:  # noqa: ARG002 - the grid's size is known
        """Return how many images there are for training."""
        return self.counts()[0]

    def files_with_md5(self, data_root: Path | None) -> dict[Path, str]:
        """Return the files that are there of which the published MD5 sum is known, and that."""
        found = find_files(self.kept_in, data_root, (), "", optional=tuple(self.md5s))
        return {path: self.md5s[name] for name, path in found.items()}

    def factors(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """Return the factors at places of the grid, ``[n]`` int64 each, counted from 0."""
        factors = self.grid.factors(places)
        return {name: values for name, values in factors.items() if name not in self.left_out}

    def labels_of(self, split: SplitName, factors: Arrays) -> tuple[Arrays, Arrays]:  # noqa: ARG002
        """Return further factors of a split's images, and their modalities.

        Args:
            split: which split.
            factors: those of its images, in their order, ``[n]`` int64 each.
        """
        of = {"pose_factors": self.pose_factors, "appearance_factors": self.appearance_factors}
        return {}, {name: self._vectors(factors, chosen) for name, chosen in of.items()}

    def order(self) -> np.ndarray:
        """Return all places of the grid in the order of which the first are for training.

        The test images are taken from its end.
        """
        return shuffled(f"{self.name}/{self.seed}", len(self.grid))

    def split(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the places in the grid of the training images and of the test images.

        Raises:
            UserError: there are fewer images than are asked for.
        """
        n_train, n_test = self.counts()
        order = self.order()
        return order[:n_train], order[::-1][:n_test]

    def counts(self) -> tuple[int, int]:
        """Return how many images are for training and how many for the test.

        Raises:
            UserError: there are fewer than are asked for.
        """
        n = len(self.grid)
        n_test = self.n_test or max(1, n // TEST_SHARE)
        n_train = self.n_train or n - n_test
        if n_train < 1 or n_train + n_test > n:
            raise UserError(
                f"The dataset '{self.name}' has {n:,} images, too few for dataset.n_train="
                f"{self.n_train} and dataset.n_test={self.n_test} together. Ask for fewer."
            )
        return n_train, n_test

    def with_at_most(self, n_train: int, n_test: int) -> Self:
        """Return options of at most so many images."""
        counts = self.counts()
        return replace(self, n_train=min(counts[0], n_train), n_test=min(counts[1], n_test))

    def _known(self, split: SplitName, places: np.ndarray) -> tuple[Arrays, Arrays]:
        factors = self.factors(places)
        further, modalities = self.labels_of(split, factors)
        return {**factors, **further}, modalities

    def _vectors(self, factors: Arrays, names: tuple[str, ...]) -> np.ndarray:
        sizes = {name: size for name, size in self.grid.sizes.items() if name in names}
        return factor_vectors(factors, sizes, categorical=self.categorical, cyclic=self.cyclic)

    def _cached(self, found: GridImages, places: np.ndarray) -> np.ndarray:
        """Return the images of some places; they are read in the order of the rows."""
        rows = places if found.index is None else np.argsort(found.index)[places]
        ascending = np.argsort(rows)
        n_train, n_test = self.counts()
        return cached_chunks(
            self.name,
            {
                **found.key,
                "grid": str(self.grid),
                "n_train": n_train,
                "n_test": n_test,
                "seed": self.seed,
            },
            (len(places), *self.image_shape),
            partial(found.read, rows[ascending]),
            places=ascending,
            using=(GridOptions.split, type(self)),
        )
