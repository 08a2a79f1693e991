"""``norb``: toys from all sides under several lamps; procedural, or small NORB's own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from harness.data.dataset import DataSource, SplitName
from harness.data.files.find import find_files
from harness.data.identity_frames import Chosen, IdentityFrames, IdentityFramesOptions
from harness.data.identity_order import require_variety, shuffled
from harness.datasets.norb.drawn import SIZE, drawn_toys
from harness.datasets.norb.reading import read_split
from harness.errors import CorruptFileError

FILES: dict[SplitName, str] = {
    "train": "smallnorb-5x46789x9x18x6x2x96x96-training-",
    "test": "smallnorb-5x01235x9x18x6x2x96x96-testing-",
}
KINDS = ("dat", "cat", "info")
TRAINING_INSTANCES = (4, 6, 7, 8, 9)
"""Of each category; the others are for the test, as in small NORB."""

_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/norb the files {FILES['train']}KIND.mat and {FILES['test']}KIND.mat, KIND being "
    f"{', '.join(KINDS)}, gzipped or not (from "
    "https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/). dataset.source=procedural needs no files."
)


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
        paths = find_files(
            "norb",
            data_root,
            [f"{stem}{kind}.mat" for stem in FILES.values() for kind in KINDS],
            _REMEDY,
            endings=("", ".gz"),
        )
        read = {
            split: read_split(split, {kind: paths[f"{stem}{kind}.mat"] for kind in KINDS}, cameras)
            for split, stem in FILES.items()
        }
        _require_sets(read, paths)
        return {split: (images, np.arange(_n_toys(images))) for split, images in read.items()}


def _views_in_turn(images: IdentityFrames) -> np.ndarray:
    """Return the frames in shuffled views, all lightings and cameras of one after another.

    What is seen is then drawn once for all lightings; see ``drawn.render``.
    """
    place = np.stack([images.of_frame[name] for name in ("elevation", "azimuth", "camera")])
    views, view = np.unique(place, axis=1, return_inverse=True)
    rank = np.argsort(shuffled("norb/views", views.shape[1]))
    return np.lexsort((images.of_frame["lighting"], rank[view.ravel()]))


def _require_sets(read: dict[SplitName, IdentityFrames], paths: dict[str, Path]) -> None:
    """Refuse splits that share toys, or in which no pose can be taken to another toy."""
    folder = next(iter(paths.values())).parent
    for split, images in read.items():
        n_frames = len(images.of_frame["frame"])
        # Each split has its own file, so each needs the two toys of a swap.
        require_variety(f"toys of the {split} files in {folder}", 2 * _n_toys(images), n_frames)
    shared = np.intersect1d(
        read["train"].of_identity["identity"], read["test"].of_identity["identity"]
    )
    if len(shared):
        raise CorruptFileError(
            f"The files for training and for the test in {folder} share {len(shared)} toys. "
            "Is one a copy of the other? Fetch them again."
        )


def _n_toys(images: IdentityFrames) -> int:
    return len(images.of_identity["identity"])
