"""The files of Virtual KITTI 2: which frames there are, and the cameras that took them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.errors import CorruptFileError, UserError

CAMERA = 0
"""The left one of two."""
INTRINSIC, EXTRINSIC = "intrinsic.txt", "extrinsic.txt"
REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and unpack "
    "there, into FOLDER/vkitti2, the archives of Virtual KITTI 2 of rgb, depth and textgt (below "
    "each of at least two folders Scene01, Scene02 ..., a folder clone with frames/rgb/Camera_0, "
    f"frames/depth/Camera_0, {INTRINSIC} and {EXTRINSIC}). dataset=scenes needs no files."
)


@dataclass(frozen=True, eq=False)
class Drive:
    """What one camera saw of a scene under one condition.

    Attributes:
        folder: ``.../Scene01/clone``.
        numbers: ``[T]`` int64 of its frames, one after another.
        intrinsics: ``[T, 4]`` ``fx, fy, cx, cy`` in pixels of the files.
        poses: ``[T, 4, 4]`` from the world to the camera: right, down, away, in metres.
    """

    folder: Path
    numbers: np.ndarray
    intrinsics: np.ndarray
    poses: np.ndarray

    def rgb(self, t: int) -> Path:
        """Return the picture of a frame, which may not be there."""
        return self.folder / f"frames/rgb/Camera_{CAMERA}/rgb_{self.numbers[t]:05d}.jpg"

    def depth(self, t: int) -> Path:
        """Return the depth of a frame, which may not be there."""
        return self.folder / f"frames/depth/Camera_{CAMERA}/depth_{self.numbers[t]:05d}.png"

    def motion(self, t: int) -> np.ndarray:
        """Return how points move for the camera from frame ``t`` to the next, ``[12]``."""
        step = self.poses[t + 1] @ np.linalg.inv(self.poses[t])
        return np.concatenate([step[:3, :3].ravel(), step[:3, 3]])


def find_drives(data_root: Path | None, variation: str) -> list[Drive]:
    """Return the drives of one condition, by the names of their scenes.

    Raises:
        UserError: there are fewer than two scenes, or files are missing.
        CorruptFileError: a file of cameras is not what it should be.
    """
    if data_root is None:
        raise UserError(f"The dataset 'vkitti2' needs a folder with data. {REMEDY}")
    below = data_root / "vkitti2"
    root = below if below.is_dir() else data_root
    folders = sorted(path for path in root.glob(f"Scene*/{variation}") if path.is_dir())
    if len(folders) < 2:
        raise UserError(
            f"The dataset 'vkitti2' takes two scenes or more, the last one for the test; {root} "
            f"has {len(folders)} with a folder '{variation}'. {REMEDY}"
        )
    return [_drive(folder) for folder in folders]


def _drive(folder: Path) -> Drive:
    inner, outer = _table(folder / INTRINSIC, 6), _table(folder / EXTRINSIC, 18)
    numbers = inner[:, 0].astype(np.int64)
    if not np.array_equal(numbers, outer[:, 0].astype(np.int64)):
        raise CorruptFileError(
            f"{folder / INTRINSIC} and {folder / EXTRINSIC} are not of the same frames. "
            "Fetch both again."
        )
    if len(numbers) < 2 or (np.diff(numbers) != 1).any():
        raise CorruptFileError(
            f"{folder / INTRINSIC} must list two frames or more, one after another. Fetch it again."
        )
    drive = Drive(folder, numbers, inner[:, 2:], outer[:, 2:].reshape(-1, 4, 4))
    for t in range(len(numbers)):
        for path in (drive.rgb(t), drive.depth(t)):
            if not path.is_file():
                raise UserError(f"The dataset 'vkitti2' lacks {path}. {REMEDY}")
    return drive


def _table(path: Path, columns: int) -> np.ndarray:
    """Return the rows of our camera, ``[T, columns]``, of a file with one line of names."""
    if not path.is_file():
        raise UserError(f"The dataset 'vkitti2' lacks {path}. {REMEDY}")
    try:
        lines = path.read_text().splitlines()[1:]
        rows = np.array([[float(word) for word in line.split()] for line in lines if line.strip()])
    except ValueError as error:
        raise CorruptFileError(f"{path}: {error}. Fetch it again.") from error
    if rows.ndim != 2 or rows.shape[1] != columns or not np.isfinite(rows).all():
        raise CorruptFileError(
            f"{path} must have {columns} numbers in each line but the first. Fetch it again."
        )
    kept: np.ndarray = rows[rows[:, 1] == CAMERA]
    return kept
