"""``norb``: toys from all sides under several lamps; procedural, or small NORB's own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.dataset import DataSource, SplitName
from harness.data.identity_frames import Chosen, IdentityFrames, IdentityFramesOptions
from harness.data.identity_order import shuffled
from harness.datasets.norb.drawn import SIZE, drawn_toys
from harness.datasets.norb.files import FILES, WHERE, read_splits

TRAINING_INSTANCES = (4, 6, 7, 8, 9)
"""Of each category; the others are for the test, as in small NORB."""

_REMEDY = f"{WHERE} dataset.source=procedural needs no files."


@dataclass(frozen=True)
class NorbOptions(IdentityFramesOptions):
    """Toys from all sides, 96x96 grey; procedural, or small NORB's files.

    An identity is a toy, a frame how it is seen: from which of 9 elevations and 18 azimuths, and
    under which of 6 lightings. Of five categories, animals, humans, airplanes, trucks and cars,
    instances 4, 6, 7, 8 and 9 are for training and the other five for the test, as in small NORB.

    Attributes:
        source: ``procedural``, solids in grey, or ``real``, small NORB's files.
        cameras: small NORB shows each view by a pair of cameras. ``left`` takes the first image of
            a pair, ``both`` takes both, as frames of their own.
        downscale: images are 96, 48 or 32 pixels high and wide.
        n_train: the first so many training images; None for all. Any first few show about the same
            share of the toys as of the frames.
        n_test: the same of the test images.
    """

    name: ClassVar[str] = "norb"
    # RoDi gives no training of its NORB; its others take 100,000 steps, here of 64 pairs.
    published_epochs: ClassVar[int] = 264
    published_batch_size: ClassVar[int] = 64

    source: DataSource = "procedural"
    cameras: Literal["left", "both"] = "left"
    downscale: Literal[1, 2, 3] = 1
    n_train: Annotated[int, Ge(1)] | None = None
    n_test: Annotated[int, Ge(1)] | None = None

    @property
    def _size(self) -> int:
        return SIZE // self.downscale

    def _order(self, images: IdentityFrames) -> np.ndarray:
        return _views_in_turn(images)

    def _chosen(self, data_root: Path | None) -> dict[SplitName, Chosen]:
        cameras = {"left": 1, "both": 2}[self.cameras]
        if self.source == "procedural":
            toys = drawn_toys(cameras)
            for_training = np.isin(toys.of_identity["instance"], TRAINING_INSTANCES)
            rows = {"train": np.flatnonzero(for_training), "test": np.flatnonzero(~for_training)}
            return {split: (toys, rows[split]) for split in FILES}
        read = read_splits(data_root, cameras, _REMEDY)
        return {
            split: (images, np.arange(len(images.of_identity["identity"])))
            for split, images in read.items()
        }


def _views_in_turn(images: IdentityFrames) -> np.ndarray:
    """Return the frames in shuffled views, all lightings and cameras of one after another.

    What is seen is then drawn once for all lightings; see ``drawn.render``.
    """
    place = np.stack([images.of_frame[name] for name in ("elevation", "azimuth", "camera")])
    views, view = np.unique(place, axis=1, return_inverse=True)
    rank = np.argsort(shuffled("norb/views", views.shape[1]))
    return np.lexsort((images.of_frame["lighting"], rank[view.ravel()]))
