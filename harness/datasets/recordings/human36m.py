"""Reads motions of Human3.6M in both layouts: its own CDF files, and VideoPose3D's npz."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.files.memory import bounded_memory
from harness.data.files.pickles import unpickled
from harness.datasets.humans.joints import OF_32
from harness.datasets.humans.motions import Motions
from harness.datasets.recordings.recording import (
    Recording,
    as_motions,
    every,
    from_z_up,
    paths_below,
)
from harness.errors import CorruptFileError, UserError

TEST_SUBJECTS = ("S9", "S11")
FILE = "data_3d_h36m.npz"
SECONDS = 0.02
"""Of a frame."""
REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/h36m the file {FILE} (as VideoPose3D makes it) or the folders S1 to S11 with "
    "MyPoseFeatures/D3_Positions/*.cdf (from http://vision.imar.ro/human3.6m)."
)

_MEMORY = 1 << 29  # bytes that reading a file may take: a damaged one may ask for any amount
_RENAMED = {"TakingPhoto": "Photo", "WalkingDog": "WalkDog"}  # on S1
_CORRUPT = ("S11", "Directions")  # this recording is known to be damaged


def human36m_motions(data_root: Path | None) -> Motions:
    """Return the motions of ``data_root/h36m``; S9 and S11 are for the test.

    Raises:
        UserError: there are no files or too few.
        CorruptFileError: one is damaged or of another form.
    """
    if data_root is not None and (path := data_root / "h36m" / FILE).is_file():
        recordings = _of_npz(path)
    else:
        pattern = "S*/MyPoseFeatures/D3_Positions/*.cdf"
        paths = paths_below("h36m", data_root, pattern, REMEDY)
        recordings = [_of_cdf(path) for path in paths if _take_of(path) != _CORRUPT]
    return as_motions(recordings, TEST_SUBJECTS, REMEDY)


def _take_of(path: Path) -> tuple[str, str]:
    """Return subject and recording of a CDF file."""
    return path.parents[2].name, path.stem


def _recording(path: Path, subject: str, take: str, joints: np.ndarray) -> Recording:
    """Return the motion of joints ``[T, 32 or 17, 3]``; z points up."""
    if joints.ndim != 3 or joints.shape[1:] not in ((32, 3), (17, 3)):
        raise CorruptFileError(
            f"{path}: the joints of {subject}, {take} are {joints.shape}; (T, 32, 3) is expected. "
            "Fetch it again."
        )
    action = take.partition(" ")[0]
    seventeen = joints[:, list(OF_32)] if joints.shape[1] == 32 else joints
    taken = from_z_up(seventeen[:: every(SECONDS)].astype(np.float64))
    return Recording(path, subject, _RENAMED.get(action, action), taken - taken[:, :1])


def _of_npz(path: Path) -> list[Recording]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open("positions_3d.npy") as file:
            version = np.lib.format.read_magic(file)
            read_header = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            read_header(file)
            content: Any = unpickled(path, file)
    except UserError:
        raise
    except Exception as error:  # what a damaged directory leads to: nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or has no 'positions_3d' ({error}). Fetch it again."
        ) from error
    of = content.item() if isinstance(content, np.ndarray) and content.shape == () else content
    if not isinstance(of, dict) or not all(isinstance(takes, dict) for takes in of.values()):
        raise CorruptFileError(
            f"{path}: 'positions_3d' is no dict of subjects and their actions. Fetch it again."
        )
    return [
        _recording(path, str(subject), str(take), np.asarray(joints))
        for subject, takes in of.items()
        for take, joints in takes.items()
        if (subject, take) != _CORRUPT
    ]


def _of_cdf(path: Path) -> Recording:
    try:
        import cdflib
    except ImportError as error:
        raise UserError(
            'Human3.6M\'s CDF files need cdflib: pip install -c constraints.txt -e ".[h36m]". '
        ) from error
    try:
        with bounded_memory(_MEMORY):
            pose = np.asarray(cdflib.CDF(path).varget("Pose"))
    except Exception as error:  # a damaged file raises nearly anything
        raise CorruptFileError(
            f"{path} is truncated, damaged or has no 'Pose' ({error}). Fetch it again."
        ) from error
    if pose.ndim not in (2, 3) or pose.shape[-1] != 96 or pose.dtype.kind != "f":
        raise CorruptFileError(
            f"{path}: 'Pose' is {pose.dtype} {pose.shape}; (1, T, 96) is expected. Fetch it again."
        )
    return _recording(path, *_take_of(path), pose.reshape(-1, 32, 3))
