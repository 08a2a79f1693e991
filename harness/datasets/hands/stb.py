"""``stb``: stereo photographs of hands with their joints, of Zhang et al. (2017), from files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from harness.data.dataset import SplitName
from harness.data.files.matlab import read_array
from harness.data.files.photographs import file_states
from harness.datasets.hands.canonical_pose import JOINTS
from harness.datasets.hands.photographs import HandFilesOptions, Hands
from harness.errors import CorruptFileError, UserError

SEQUENCES: dict[SplitName, tuple[str, ...]] = {
    "train": tuple(f"B{b}{kind}" for b in range(2, 7) for kind in ("Counting", "Random")),
    "test": ("B1Counting", "B1Random"),
}
"""The sequences of each split, all of the same background for the test."""
CAMERAS = ("left", "right")
SIZE = 640, 480
"""Width and height of an image, pixels."""
FOCAL, CENTRE, BASELINE = 822.79041, (318.47345, 250.31296), 120.054
"""Of both cameras: focal length and principal point, pixels, and their distance, mm."""
_REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    "FOLDER/stb the folder labels with B1Counting_BB.mat to B6Random_BB.mat and, in a folder "
    "images or beside labels, the folders B1Counting to B6Random with BB_left_0.png, "
    "BB_right_0.png and so on (from https://github.com/zhjwustc/icip17_stereo_hand_pose_dataset). "
    "The dataset 'hands' needs no files."
)

_WRIST_SIDE = 16  # the ring finger's base: the palm's centre lies between it and the wrist
_ORDER = (0, *range(20, 0, -1))  # the files go from the little finger's base to the thumb's tip


@dataclass(frozen=True)
class StbOptions(HandFilesOptions):
    """STB, 36,000 photographs of hands, 21 joints, 256x256 RGB; from its files.

    The stereo camera's (Point Grey Bumblebee 2) images of twelve sequences, of which the two
    before the first background are for the test. Hands, all left ones, are cut out as by hand3d's
    released code: a square about the middle finger's base that holds all joints, resized to
    256x256; what lies outside the photograph is grey.

    Modalities are ``pose``, the joints relative to the root and divided by the bone between joints
    11 and 12; ``cpose``, the same turned so that joint 12 lies on the negative y axis and joint 20
    has z = 0 and x > 0; and ``viewpoint``, the rotation that undoes the turn. Factors are
    ``bone_mm``, that bone's length, ``right``, always 0, for each joint ``wrist_x``, ``wrist_y``
    (pixels of the crop) and ``visible_wrist`` (always 1: not known) and so on, ``sequence`` and
    ``camera``. A sequence has one background: it is the content, of which a tag image is another
    photograph. The palm's centre is measured; the wrist is extrapolated from it.
    """

    name: ClassVar[str] = "stb"
    remedy: ClassVar[str] = _REMEDY
    identity_factor: ClassVar[str] = "sequence"

    @property
    def _in_crop(self) -> tuple[str, ...]:
        """The wrist, too, where poses are relative to the palm: hand3d's reader of STB does so."""
        return JOINTS

    def check(self, data_root: Path | None) -> None:
        """Read the labels and look for every image; none is decoded."""
        for split, hands in find_stb(data_root).items():
            self._rows(split, len(hands.names))
            file_states(hands.folder, hands.names, _REMEDY)

    def _hands(self, data_root: Path | None) -> dict[SplitName, Hands]:
        return {
            split: hands.select(self._rows(split, len(hands.names)))
            for split, hands in find_stb(data_root).items()
        }


def find_stb(data_root: Path | None) -> dict[SplitName, Hands]:
    """Return all photographs in ``data_root/stb`` or ``data_root``, with their labels.

    Sequence by sequence and camera by camera, with the factors ``sequence``, counted from the first
    for training, and ``camera``, 0 left and 1 right. No label says what is hidden: all
    joints count as visible, as in hand3d's released code.

    Raises:
        UserError: there is no STB, or not the whole of it.
        CorruptFileError: a file of labels is damaged, or of anything else.
    """
    if data_root is None:
        raise UserError(f"The dataset 'stb' needs a folder with data. {_REMEDY}")
    candidates = [data_root / "stb", data_root]
    folder = next((at for at in candidates if (at / "labels").is_dir()), None)
    if folder is None:
        looked = " and ".join(map(str, candidates))
        raise UserError(f"The dataset 'stb' finds no folder labels (looked in {looked}). {_REMEDY}")
    sequences = [name for names in SEQUENCES.values() for name in names]
    missing = [name for name in sequences if not _labels(folder, name).is_file()]
    if missing:
        absent = ", ".join(_labels(folder, name).name for name in missing)
        raise UserError(
            f"Files of the dataset 'stb' are missing in {folder / 'labels'}: {absent}. {_REMEDY}"
        )
    return {split: _hands(folder, names, sequences) for split, names in SEQUENCES.items()}


def read_points(path: Path) -> np.ndarray:
    """Return the 21 joints and the palm's centre of a sequence, in mm before the left camera.

    The files have the palm's centre and no wrist, which is extrapolated: it is as far from the
    palm's centre as the ring finger's base is on the other side (as in hand3d's released code).

    Returns:
        ``[N, 22, 3]`` float64.

    Raises:
        CorruptFileError: the file is damaged or of another form.
    """
    joints = read_array(path, "handPara")
    if joints.ndim != 3 or joints.shape[:2] != (3, 21):
        raise CorruptFileError(
            f"{path}: the array 'handPara' should be of 3 x 21 x N numbers, but is of "
            f"{joints.shape}. Fetch it again."
        )
    mapped = joints.transpose(2, 1, 0)[:, _ORDER].astype(np.float64)
    if not (np.isfinite(mapped).all() and (mapped[..., 2] > 0).all()):
        raise CorruptFileError(
            f"{path}: not all joints of 'handPara' are finite and before the camera (z > 0). "
            "Fetch it again."
        )
    palm = mapped[:, :1]
    wrist = 2 * palm - mapped[:, _WRIST_SIDE, None]
    return np.concatenate([wrist, mapped[:, 1:], palm], axis=1)


def projected(xyz: np.ndarray) -> np.ndarray:
    """Return where a camera sees points: x and y in pixels of its image.

    Args:
        xyz: ``[..., 3]`` mm before it.
    """
    at: np.ndarray = FOCAL * xyz[..., :2] / xyz[..., 2:] + CENTRE
    return at


def _labels(folder: Path, sequence: str) -> Path:
    return folder / "labels" / f"{sequence}_BB.mat"


def _hands(folder: Path, names: Sequence[str], sequences: Sequence[str]) -> Hands:
    below = "images/" if (folder / "images").is_dir() else ""
    files, points, sequence, camera = [], [], [], []
    for name in names:
        before_left = read_points(_labels(folder, name))
        n = len(before_left)
        for number, side in enumerate(CAMERAS):
            files += [f"{below}{name}/BB_{side}_{i}.png" for i in range(n)]
            points.append(before_left - [number * BASELINE, 0, 0])
            sequence.append(np.full(n, sequences.index(name)))
            camera.append(np.full(n, number))
    xyz = np.concatenate(points)
    factors = {"sequence": np.concatenate(sequence), "camera": np.concatenate(camera)}
    seen, left = np.ones(xyz.shape[:2], bool), np.zeros(len(xyz), bool)
    return Hands(folder, tuple(files), SIZE, xyz, projected(xyz), seen, left, factors)
