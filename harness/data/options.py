"""Base classes of the frozen dataclasses that hold a dataset's options and load it."""

import dataclasses
import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from annotated_types import Ge, Le

from harness.data.cache.arrays import cached_chunks
from harness.data.dataset import Dataset, Split, SplitName

Arrays = dict[str, np.ndarray]


class DatasetOptions(ABC):
    """Base of the frozen dataclasses that hold a dataset's options; one subclass a dataset.

    A subclass is decorated with ``@dataclass(frozen=True)``; each field has a default value. The
    first line of its docstring is the dataset's line in ``unbraid list datasets``.

    Attributes:
        name: the dataset's name on the command line. A dataset outside Unbraid leaves it out and
            gets the dotted path of its class, or gives the name of its entry point.
        published_epochs: epochs of the published training (``scale=paper``).
        published_batch_size: its batch size.
        identity_factor: as in :class:`Dataset`; methods that learn from pairs need one.
        frame_factor: as in :class:`Dataset`; triplets need one.
        camera_factor: as in :class:`Dataset`; re-identification needs one.
        modalities: names of the modalities of the splits.
        optional_modalities: modalities, and tables, that an option gives, by name, and what to ask
            for.
        on_request: names of those of the modalities that :meth:`load` leaves out, as few methods
            take them; :meth:`requested` makes them.
        needs_no_files: whether it is drawn, whatever its options.
    """

    name: ClassVar[str]
    published_epochs: ClassVar[int]
    published_batch_size: ClassVar[int]
    identity_factor: ClassVar[str] = ""
    frame_factor: ClassVar[str] = ""
    camera_factor: ClassVar[str] = ""
    modalities: ClassVar[tuple[str, ...]] = ()
    optional_modalities: ClassVar[Mapping[str, str]] = {}
    on_request: ClassVar[tuple[str, ...]] = ()
    needs_no_files: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" not in vars(cls):
            cls.name = f"{cls.__module__}.{cls.__qualname__}"

    @property
    def partly_given(self) -> tuple[str, ...]:
        """Modalities that only some of the training images have.

        A method may need them if it also needs the modality ``labelled``, which says which images.
        """
        return ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Properties ``known_...`` of :class:`Dataset` that are empty of images of these options.

        Where only loading them tells, they are left out.
        """
        return ()

    @property
    def tables(self) -> Mapping[str, tuple[int, ...]]:
        """Shapes of what is known of the dataset as a whole (``Dataset.tables``), by name."""
        return {}

    @property
    def crosses_views(self) -> bool:
        """Whether test images show canonical poses and viewpoints in all combinations."""
        return False

    @property
    def keypoints(self) -> tuple[str, ...]:
        """Names of the keypoints that images of these options have; see :class:`Dataset`."""
        return ()

    def planned(self, data_root: Path | None) -> Self:  # noqa: ARG002
        """Return the options that a trial is planned with: these.

        Where files of any content can be under one name, a subclass adds what is in them.
        """
        return self

    def smaller(self, n_train: int, n_test: int) -> Self:  # noqa: ARG002
        """Return options of no more than the first few images of each split, if that saves work."""
        return self

    def n_training(self, data_root: Path | None) -> int | None:  # noqa: ARG002
        """Return how many images there are for training; None where only loading them tells."""
        return None

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

    def requested(self, dataset: Dataset, names: Sequence[str]) -> Dataset:  # noqa: ARG002
        """Return a dataset that these options loaded, with some more of its modalities.

        Args:
            dataset: what :meth:`load` returned, whole.
            names: of :attr:`on_request`.
        """
        return dataset

    def files_with_md5(self, data_root: Path | None) -> dict[Path, str]:  # noqa: ARG002
        """Return the files that are there of which the published MD5 sum is known, and that."""
        return {}


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


@dataclass(frozen=True)
class ProceduralOptions(DatasetOptions):
    """Options of a dataset that is drawn and needs no files.

    A subclass has :attr:`image_shape`, :meth:`draw_factors` and :meth:`draw`. An edit of its
    module, or of one that this imports, makes cached images be drawn again.

    Attributes:
        appearance_factors: as in :class:`Dataset`.
        pose_factors: as in :class:`Dataset`.
        beside: names of options that change no image.
        at_once: how many images :meth:`draw` is given at a time, which bounds its memory.
        n_train: training images.
        n_test: test images.
        seed: another seed draws other images. Image i depends on the seed, its split and i alone.
    """

    appearance_factors: ClassVar[tuple[str, ...]]
    pose_factors: ClassVar[tuple[str, ...]]
    beside: ClassVar[tuple[str, ...]] = ()
    at_once: ClassVar[int] = 256
    needs_no_files: ClassVar[bool] = True

    n_train: Annotated[int, Ge(1)] = 10_000
    n_test: Annotated[int, Ge(1)] = 1000
    seed: Annotated[int, Ge(0)] = 0

    def load(self, data_root: Path | None) -> Dataset:  # noqa: ARG002 - needs no files
        """Return the images, drawn once and cached."""
        return Dataset(
            self.name,
            "procedural",
            self._split("train", self.n_train),
            self._split("test", self.n_test),
            appearance_factors=self.appearance_factors,
            pose_factors=self.pose_factors,
            identity_factor=self.identity_factor,
            frame_factor=self.frame_factor,
            keypoints=self.keypoints,
        )

    def smaller(self, n_train: int, n_test: int) -> Self:
        """Return options with fewer images drawn: those of the whole take long the first time."""
        fewer = {"n_train": min(self.n_train, n_train), "n_test": min(self.n_test, n_test)}
        return dataclasses.replace(self, **fewer)

    def n_training(self, data_root: Path | None) -> int:  # noqa: ARG002 - needs no files
        """Return how many images there are for training."""
        return self.n_train

    def check(self, data_root: Path | None) -> None:
        """Do nothing: what is drawn needs no files."""

    @property
    @abstractmethod
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""

    @abstractmethod
    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        """Return the factors of the first ``n`` images of a split, ``[n]`` each."""

    def draw(self, factors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the images of some factors, uint8 ``[k, *image_shape]``."""
        raise NotImplementedError

    def chunks(self, split: SplitName, factors: Mapping[str, np.ndarray]) -> Iterator[np.ndarray]:  # noqa: ARG002
        """Yield all images of a split in order, some at a time.

        This draws :attr:`at_once` images at a time; a subclass whose images depend on more than
        their factors overrides it.
        """
        return in_portions(self.draw, factors, self.at_once)

    def labels(self, factors: Mapping[str, np.ndarray]) -> tuple[Arrays, Arrays]:  # noqa: ARG002
        """Return further factors that follow from ``factors``, and the modalities."""
        return {}, {}

    def _split(self, split: SplitName, n: int) -> Split:
        factors = self.draw_factors(split, n)
        options = dataclasses.asdict(self)
        other = "n_train", "n_test", *self.beside
        key = {name: options[name] for name in options if name not in other}
        images = cached_chunks(
            f"{self.name}-{split}",
            {**key, "split": split, "n": n},
            (n, *self.image_shape),
            partial(self.chunks, split, factors),
            using=(type(self).draw, type(self).draw_factors),
        )
        further, modalities = self.labels(factors)
        return Split(images, {**factors, **further}, modalities)


def in_portions(
    draw: Callable[[Arrays], np.ndarray], factors: Mapping[str, np.ndarray], at_once: int
) -> Iterator[np.ndarray]:
    """Yield the images that ``draw`` makes of factors ``[N]``, ``at_once`` images at a time."""
    n = len(next(iter(factors.values())))
    for start in range(0, n, at_once):
        yield draw({name: values[start : start + at_once] for name, values in factors.items()})


def field_meanings(cls: type) -> dict[str, str]:
    """Return the meaning of each field of a dataclass, from its docstring and its bases'.

    They are in the section ``Attributes:``, as Google's style has it; fields that are not there
    are left out.
    """
    meanings: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        section = re.search(
            r"^Attributes:\n((?:    .*\n?|\n)+)", inspect.cleandoc(base.__doc__ or ""), re.MULTILINE
        )
        entries = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", section[1] if section else "", re.M)
        meanings |= {name: " ".join(meaning.split()) for name, meaning in entries}
    named = [field.name for field in dataclasses.fields(cls)]
    return {name: meanings[name] for name in named if name in meanings}
