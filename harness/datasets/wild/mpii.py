"""``mpii``: the MPII Human Pose photographs of Andriluka et al. (2014), from images and json."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from harness.data.dataset import SplitName
from harness.data.files.find import find_files
from harness.datasets.wild.photographs import Persons, WildOptions, in_order, require_finite
from harness.errors import CorruptFileError, UserError

POINTS = (
    "right_ankle",
    "right_knee",
    "right_hip",
    "left_hip",
    "left_knee",
    "left_ankle",
    "pelvis",
    "",  # the thorax, which is lower than Human3.6M's
    "thorax",  # called the upper neck
    "head",
    "right_wrist",
    "right_elbow",
    "right_shoulder",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
)
"""The joints of the files."""

FILES: dict[SplitName, str] = {"train": "train.json", "test": "valid.json"}
_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    "FOLDER/mpii the folder images of MPII Human Pose and a folder annot with train.json and "
    "valid.json, the exports that pose estimation code reads (image, joints, joints_vis)."
)


@dataclass(frozen=True)
class MpiiOptions(WildOptions):
    """MPII Human Pose, people in photographs, 16 joints in the image; from its files.

    Every person of ``train.json`` is a training image, and every one of ``valid.json``, which the
    original annotations do not tell apart, a test image. Joints are put into the order of
    Human3.6M's seventeen, and ``visible_2d`` says which are not labelled.
    """

    name: ClassVar[str] = "mpii"
    remedy: ClassVar[str] = _REMEDY

    def _persons(self, data_root: Path | None) -> dict[SplitName, Persons]:
        if data_root is None:
            raise UserError(f"The dataset 'mpii' needs a folder with data. {_REMEDY}")
        folder = data_root / "mpii"
        folders, names = (folder / "annot", folder), tuple(FILES.values())
        paths = find_files("mpii", data_root, names, _REMEDY, folders=folders)
        return {split: _read(paths[name], folder / "images") for split, name in FILES.items()}


def _read(path: Path, images: Path) -> Persons:
    """Return the people of a list.

    Raises:
        CorruptFileError: it is damaged or of another form.
    """
    try:
        entries: list[Any] = json.loads(path.read_text(encoding="utf-8"))
        names = tuple(str(entry["image"]) for entry in entries)
        at = np.array([entry["joints"] for entry in entries], np.float64)
        known = np.array([entry["joints_vis"] for entry in entries], np.float64) > 0
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _wrong(path, f"{type(error).__name__}: {error}") from error
    if at.shape != (len(names), len(POINTS), 2) or known.shape != at.shape[:2]:
        raise _wrong(path, f"'joints' is {at.shape}, 'joints_vis' {known.shape}")
    if strange := [name for name in names if Path(name).name != name]:
        raise _wrong(path, f"'{strange[0]}' is no name of a file")
    require_finite(path, at)
    return Persons(images, names, *in_order(POINTS, at, known))


def _wrong(path: Path, fault: str) -> CorruptFileError:
    return CorruptFileError(
        f"{path} is no list of people with 'image', 'joints' (16 x 2) and 'joints_vis' (16) each "
        f"({fault}). Fetch it again."
    )
