"""Motions of the CMU motion capture database, as 17 joints in one file."""

from pathlib import Path

import numpy as np

from harness.data.files.find import find_files
from harness.data.files.npz import open_npz
from harness.datasets.humans.joints import directions
from harness.datasets.humans.motions import POOLS, Motions
from harness.errors import CorruptFileError

FOLDER = "mocap_cmu"
FILE = "cmu_h36m17_120hz.npz"
EVERY = 4
"""Of 120 frames a second 30 are taken: those between show hardly another pose."""
REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put into "
    f"FOLDER/{FOLDER} the file {FILE}. dataset.poses=procedural needs no files."
)

_ARRAYS = ("joints_rel_0p1mm", "seq", "frame", "action", "split")


def is_there(data_root: Path | None) -> bool:
    """Return whether the file of motions is below a folder."""
    return data_root is not None and any(
        (folder / FILE).is_file() for folder in (data_root / FOLDER, data_root)
    )


def cmu_motions(data_root: Path | None) -> Motions:
    """Return the recorded motions.

    The recordings that the file has for the test are for the test images; of those for training,
    every second of each action is for poses without images.

    Raises:
        UserError: there is no file.
        CorruptFileError: it is damaged or of another form.
    """
    folders = (data_root / FOLDER, data_root) if data_root else None
    path = find_files("humans", data_root, (FILE,), REMEDY, folders=folders)[FILE]
    joints, sequence, frame, action, split = (of.whole() for of in open_npz(path, _ARRAYS))
    if joints.ndim != 3 or joints.shape[1:] != (17, 3) or joints.dtype.kind != "i":
        raise _wrong(path, f"'joints_rel_0p1mm' is {joints.dtype} {joints.shape}")
    if not sequence.shape == frame.shape == joints.shape[:1] or action.shape != split.shape:
        raise _wrong(path, "its arrays are not of the same frames and sequences")
    if not len(joints) or sequence.min() < 0 or sequence.max() >= len(action):
        raise _wrong(path, "'seq' names sequences that are not there")
    if not set(split.tolist()) <= {"train", "test"}:
        raise _wrong(path, "'split' is something else than train or test")
    kept = frame % EVERY == 0
    _, action = np.unique(action, return_inverse=True)
    pool = _pools(action, split)
    upright = joints[kept] * np.array([1.0, -1.0, 1.0])  # the file's y points up
    if not len(upright) or {0, 1, 2} - set(pool[sequence[kept]].tolist()):
        raise _wrong(path, "it has no recordings for the test, or a single one for training")
    with np.errstate(invalid="ignore", divide="ignore"):
        along = directions(upright).astype(np.float32)
    if not np.isfinite(along).all():
        raise _wrong(path, "some bones have no length")
    of = sequence[kept].astype(np.int64)
    return Motions(along, action[of].astype(np.int64), of, pool[of])


def _pools(action: np.ndarray, split: np.ndarray) -> np.ndarray:
    """Return what each sequence is for, ``[S]`` int64 places in :data:`POOLS`."""
    pool = np.full(len(action), POOLS.index("test"), np.int64)
    for number in np.unique(action):
        rows = np.flatnonzero((action == number) & (split == "train"))
        pool[rows[::2]], pool[rows[1::2]] = POOLS.index("train"), POOLS.index("unpaired")
    return pool


def _wrong(path: Path, fault: str) -> CorruptFileError:
    return CorruptFileError(
        f"{path} is not the file of motions that is expected: {fault}. Fetch it again."
    )
