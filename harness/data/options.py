"""The options of datasets: their base class, those of warped ones, those of drawn ones."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Le

from harness.data.dataset import Dataset, Split, SplitName


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


@dataclass(frozen=True)
class ProceduralOptions(DatasetOptions):
    """Options of a dataset that is drawn.

    Attributes:
        appearance_factors: what :class:`Dataset` says of them.
        pose_factors: what :class:`Dataset` says of them.
        n_train: training images.
        n_test: test images.
        seed: another seed draws other images. Image i depends on the seed, its split and i alone.
    """

    appearance_factors: ClassVar[tuple[str, ...]]
    pose_factors: ClassVar[tuple[str, ...]]

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

    def check(self, data_root: Path | None) -> None:
        """Do nothing: what is drawn needs no files."""

    @abstractmethod
    def _split(self, split: SplitName, n: int) -> Split:
        """Return the first ``n`` images of a split."""
