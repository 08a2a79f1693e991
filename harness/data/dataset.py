"""What every dataset gives: images with known factors, split into train and test."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from models.method import DataSpec

DataSource = Literal["real", "procedural"]


@dataclass(frozen=True)
class Split:
    """One part of a dataset.

    Attributes:
        images: ``[N, C, H, W]`` uint8; 0..255 stands for [0, 1].
        factors: what is known of each image, by name, each ``[N]`` (labels int64, others float32).
    """

    images: np.ndarray
    factors: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Dataset:
    """A dataset in memory.

    Attributes:
        name: the name it has on the command line.
        source: real files or a procedural counterpart.
        train: the training split.
        test: the test split, already warped where a warp was asked for.
        warp: ranges of the random warp to draw afresh for every training batch; None for no such
            warp (also when a fixed warp has been applied to the images already).
    """

    name: str
    source: DataSource
    train: Split
    test: Split
    warp: Any = None

    @property
    def spec(self) -> DataSpec:
        """What a method may know of this dataset when it is built."""
        channels, height, width = self.train.images.shape[1:]
        return DataSpec((channels, height, width), len(self.train))


class DatasetOptions:
    """Base of the frozen dataclasses that name a dataset's options; one subclass a dataset.

    Attributes:
        name: the dataset's name on the command line.
        summary: one line for ``unbraid list datasets``.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
