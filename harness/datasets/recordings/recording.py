"""A recorded motion as seventeen joints, and many of them as poses to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.datasets.humans.joints import directions
from harness.datasets.humans.motions import POOLS, Motions
from harness.errors import CorruptFileError, UserError

RATE = 30
"""Poses of a second, about: those between show hardly another."""


@dataclass(frozen=True, eq=False)
class Recording:
    """What one person does.

    Attributes:
        path: the file it is of.
        subject: who it is.
        action: what it is; "" if that is not known.
        joints: ``[T, 17, 3]`` in any unit: right, down, towards the viewer.
    """

    path: Path
    subject: str
    action: str
    joints: np.ndarray


def every(seconds: float) -> int:
    """Return how many frames of so many seconds there are from one pose to the next."""
    return max(1, round(1 / (RATE * seconds)))


def from_z_up(points: np.ndarray) -> np.ndarray:
    """Return ``[..., 3]`` right, down, towards the viewer, of x right, y away and z up."""
    return np.stack([points[..., 0], -points[..., 2], -points[..., 1]], axis=-1)


def as_motions(
    recordings: Sequence[Recording], test_subjects: Sequence[str], remedy: str
) -> Motions:
    """Return the poses of recordings, each recording for one of training, test and unpaired.

    Recordings of ``test_subjects`` are for the test; of the others, sorted by action, every second
    one is for training images. Without test subjects it is every third one for each of the three.

    Raises:
        UserError: there are too few recordings.
        CorruptFileError: joints are no numbers, or at one place.
    """
    ordered = sorted(recordings, key=lambda one: (one.action, one.subject, str(one.path)))
    pools, others = [], 0
    for one in ordered:
        if one.subject in test_subjects:
            pools.append(POOLS.index("test"))
            continue
        choice = ("train", "unpaired") if test_subjects else ("train", "unpaired", "test")
        pools.append(POOLS.index(choice[others % len(choice)]))
        others += 1
    if missing := [name for k, name in enumerate(POOLS) if k not in pools]:
        raise UserError(
            f"{len(ordered)} recordings are too few: none is left for {', '.join(missing)}. "
            f"{remedy}"
        )
    actions = sorted({one.action for one in ordered})
    parts = []
    for number, (one, pool) in enumerate(zip(ordered, pools, strict=True)):
        with np.errstate(invalid="ignore", divide="ignore"):
            along = directions(one.joints.astype(np.float64)).astype(np.float32)
        if not len(along) or not np.isfinite(along).all():
            raise CorruptFileError(
                f"{one.path} shows no person: some joints are no numbers, or where the next joint "
                "is. Fetch it again."
            )
        row = actions.index(one.action), number, pool
        parts.append((along, *(np.full(len(along), value) for value in row)))
    return Motions(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def paths_below(name: str, data_root: Path | None, pattern: str, remedy: str) -> list[Path]:
    """Return the files of a kind of recording, sorted.

    Raises:
        UserError: there are none.
    """
    remedy = f"{remedy} dataset.poses=procedural needs no files."
    if data_root is None:
        raise UserError(f"Poses of '{name}' need a folder with data. {remedy}")
    paths = sorted((data_root / name).glob(pattern))
    if not paths:
        raise UserError(f"No file {data_root / name}/{pattern} was found. {remedy}")
    return paths
