"""What the options of datasets have in common that are drawn and need no files."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from annotated_types import Ge

from harness.data.dataset import Dataset, DatasetOptions, Split, SplitName


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
