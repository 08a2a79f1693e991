"""The six files of small NORB: where they are, and whether they are of one set."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness.data.dataset import SplitName
from harness.data.files.find import find_files
from harness.data.identity_frames import IdentityFrames
from harness.data.identity_order import require_variety
from harness.datasets.norb.reading import read_split
from harness.errors import CorruptFileError

FILES: dict[SplitName, str] = {
    "train": "smallnorb-5x46789x9x18x6x2x96x96-training-",
    "test": "smallnorb-5x01235x9x18x6x2x96x96-testing-",
}
KINDS = ("dat", "cat", "info")
WHERE = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/norb the files {FILES['train']}KIND.mat and {FILES['test']}KIND.mat, KIND being "
    f"{', '.join(KINDS)}, gzipped or not (from "
    "https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/)."
)
"""What to do where files are missing."""


def read_splits(
    data_root: Path | None, cameras: int, remedy: str
) -> dict[SplitName, IdentityFrames]:
    """Return the images of both splits, in ``data_root/norb`` or ``data_root``.

    Args:
        data_root: folder with real data files.
        cameras: as for :func:`read_split`.
        remedy: :data:`WHERE`, and perhaps what needs no files.

    Raises:
        UserError: files are missing, or too few toys are there to swap poses.
        CorruptFileError: a file is not what it should be, or both splits show the same toys.
    """
    names = [f"{stem}{kind}.mat" for stem in FILES.values() for kind in KINDS]
    paths = find_files("norb", data_root, names, remedy, endings=("", ".gz"))
    read = {
        split: read_split(split, {kind: paths[f"{stem}{kind}.mat"] for kind in KINDS}, cameras)
        for split, stem in FILES.items()
    }
    _require_sets(read, paths[names[0]].parent)
    return read


def _require_sets(read: Mapping[SplitName, IdentityFrames], folder: Path) -> None:
    """Refuse splits that share toys, or in which no pose can be taken to another toy."""
    for split, images in read.items():
        n_frames = len(images.of_frame["frame"])
        # Each split has its own file, so each needs the two toys of a swap.
        require_variety(
            f"toys of the {split} files in {folder}",
            2 * len(images.of_identity["identity"]),
            n_frames,
        )
    shared = np.intersect1d(
        read["train"].of_identity["identity"], read["test"].of_identity["identity"]
    )
    if len(shared):
        raise CorruptFileError(
            f"The files for training and for the test in {folder} share {len(shared)} toys. "
            "Is one a copy of the other? Fetch them again."
        )
