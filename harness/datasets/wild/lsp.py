"""``lsp``: the Leeds Sports Poses of Johnson and Everingham (2010), from their files."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.dataset import SplitName
from harness.data.files.find import find_files
from harness.data.files.matlab import read_array
from harness.datasets.wild.photographs import Persons, WildOptions, in_order, require_finite
from harness.errors import CorruptFileError, UserError

POINTS = (
    "right_ankle",
    "right_knee",
    "right_hip",
    "left_hip",
    "left_knee",
    "left_ankle",
    "right_wrist",
    "right_elbow",
    "right_shoulder",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
    "thorax",
    "head",
)
"""The joints of the files, the last two called neck and head top there."""

_TRAINING = 0.5  # the first thousand of two
_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    "FOLDER/lsp the file joints.mat and the folder images with im0001.jpg and so on (of LSP; with "
    "dataset.extended=true those of LSPET, im00001.jpg and so on, into FOLDER/lspet)."
)


@dataclass(frozen=True)
class LspOptions(WildOptions):
    """LSP, 2,000 photographs of athletes, 14 joints in the image; from its files.

    The first half of the images is for training. Joints are put into the order of Human3.6M's
    seventeen; the pelvis is the middle of the hips, and ``visible_2d`` says which are not labelled.
    LSP labels hidden joints too; LSPET, with ``extended`` added to the training images, does not.

    Attributes:
        extended: whether LSPET's 10,000 photographs are for training too.
    """

    name: ClassVar[str] = "lsp"
    remedy: ClassVar[str] = _REMEDY

    extended: bool = False

    def _persons(self, data_root: Path | None) -> dict[SplitName, Persons]:
        persons = _read("lsp", data_root, 4)
        n = round(_TRAINING * len(persons.names))
        rows = np.arange(len(persons.names))
        train, test = persons.of(rows[:n]), persons.of(rows[n:])
        if self.extended:
            more = _read("lspet", data_root, 5)
            folder = train.folder.parent.parent
            train = Persons(
                folder,
                tuple(
                    str((each.folder / name).relative_to(folder))
                    for each in (train, more)
                    for name in each.names
                ),
                np.concatenate([train.at, more.at]),
                np.concatenate([train.known, more.known]),
            )
        return {"train": train, "test": test}


def _read(name: str, data_root: Path | None, digits: int) -> Persons:
    """Return all people of LSP or LSPET."""
    if data_root is None:
        raise UserError(f"The dataset 'lsp' needs a folder with data. {_REMEDY}")
    folders = [data_root / name]  # not data_root itself: both sets call their file so
    path = find_files("lsp", data_root, ("joints.mat",), _REMEDY, folders=folders)["joints.mat"]
    joints = read_array(path, "joints")
    of_lsp = name == "lsp"
    if joints.ndim != 3 or joints.shape[:2] != ((3, 14) if of_lsp else (14, 3)):
        expected = "(3, 14, 2000)" if of_lsp else "(14, 3, 10000)"
        raise CorruptFileError(
            f"{path}: the array 'joints' is {joints.shape}; {expected} is expected. Fetch it again."
        )
    by_image = joints.transpose(2, 1, 0) if of_lsp else joints.transpose(2, 0, 1)
    at = by_image[..., :2].astype(np.float64) - 1  # MATLAB counts from 1
    require_finite(path, at)
    known = np.ones(at.shape[:2], bool) if of_lsp else by_image[..., 2] == 1
    names = tuple(f"im{number:0{digits}d}.jpg" for number in range(1, len(at) + 1))
    return Persons(path.parent / "images", names, *in_order(POINTS, at, known))
