"""Reads motions of BVH files with the joints of the CMU motion capture database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.datasets.humans.motions import Motions
from harness.datasets.recordings.recording import Recording, as_motions, every, paths_below
from harness.errors import CorruptFileError

JOINTS = (
    *("Hips", "RightUpLeg", "RightLeg", "RightFoot", "LeftUpLeg", "LeftLeg", "LeftFoot"),
    *("Spine", "Neck", "Head", "HeadEnd", "LeftArm", "LeftForeArm", "LeftHand"),
    *("RightArm", "RightForeArm", "RightHand"),
)
"""The seventeen joints by their names in the files; the end of ``Head`` is ``HeadEnd``."""
REMEDY = (
    "Set the folder with data_root=FOLDER or the environment variable UNBRAID_DATA, and put three "
    "or more BVH files with the joints of the CMU motion capture database into FOLDER/bvh."
)


@dataclass
class _Joint:
    name: str
    parent: int
    offset: np.ndarray = field(default_factory=lambda: np.zeros(3))
    channels: tuple[str, ...] = ()


def bvh_motions(data_root: Path | None) -> Motions:
    """Return the motions of ``data_root/bvh``.

    Raises:
        UserError: there are fewer than three files.
        CorruptFileError: one is damaged or has other joints.
    """
    paths = paths_below("bvh", data_root, "**/*.bvh", REMEDY)
    return as_motions([read_bvh(path) for path in paths], (), REMEDY)


def read_bvh(path: Path) -> Recording:
    """Return a file's motion, about 30 poses a second, but for its first frame, a rest pose.

    Raises:
        CorruptFileError: it is damaged or has other joints.
    """
    try:
        words = iter(path.read_text(encoding="ascii").split())
        skeleton = _hierarchy(words)
        frames, seconds = _motion(words, sum(len(joint.channels) for joint in skeleton))
    except (ValueError, StopIteration, IndexError) as error:
        raise CorruptFileError(
            f"{path} is truncated, damaged or no BVH file ({error}). Fetch it again."
        ) from error
    names = [joint.name for joint in skeleton]
    if missing := [name for name in JOINTS if name not in names]:
        raise CorruptFileError(
            f"{path} has no joint {', '.join(missing)}: the names of the CMU motion capture "
            "database are expected."
        )
    at = _places(skeleton, frames[1 :: every(seconds)])
    joints = at[:, [names.index(name) for name in JOINTS]]
    joints = (joints - joints[:, :1]) * np.array([1.0, -1.0, 1.0])  # the file's y points up
    return Recording(path, path.stem.partition("_")[0], "", joints)


def _hierarchy(words: Iterator[str]) -> list[_Joint]:
    """Read up to ``MOTION``."""
    skeleton: list[_Joint] = []
    above, current = [-1], -1
    for word in words:
        if word in ("ROOT", "JOINT", "End"):
            name = next(words)
            if word == "End":
                name = f"{skeleton[above[-1]].name}End"
            skeleton.append(_Joint(name, above[-1]))
            current = len(skeleton) - 1
        elif word == "{":
            above.append(current)
        elif word == "}":
            above.pop()
        elif word == "OFFSET":
            skeleton[current].offset = np.array([float(next(words)) for _ in range(3)])
        elif word == "CHANNELS":
            skeleton[current].channels = tuple(next(words) for _ in range(int(next(words))))
        elif word == "MOTION":
            return skeleton
        elif word != "HIERARCHY":
            raise ValueError(f"'{word[:20]}' is not expected")
    raise ValueError("it has no motion")


def _motion(words: Iterator[str], n_channels: int) -> tuple[np.ndarray, float]:
    """Read the frames ``[T, channels]`` and the seconds of one."""
    header = [next(words) for _ in range(2)]
    n = int(header[1])
    header += [next(words) for _ in range(3)]
    if [header[0], *header[2:4]] != ["Frames:", "Frame", "Time:"]:
        raise ValueError("'Frames:' and 'Frame Time:' are expected")
    numbers = np.array(list(words), np.float64)
    if n < 2 or numbers.size != n * n_channels or not np.isfinite(numbers).all():
        raise ValueError(f"{numbers.size} numbers, not {n} frames of {n_channels}")
    seconds = float(header[4])
    if not 0 < seconds < 10:
        raise ValueError(f"a frame of {seconds} seconds")
    return numbers.reshape(n, n_channels), seconds


def _places(skeleton: list[_Joint], frames: np.ndarray) -> np.ndarray:
    """Return where the joints are, ``[T, J, 3]`` in the file's unit and axes."""
    from scipy.spatial.transform import Rotation

    places: list[np.ndarray] = []
    turns: list[np.ndarray] = []
    column = 0
    for joint in skeleton:
        moved = np.tile(joint.offset, (len(frames), 1))
        turn = np.broadcast_to(np.eye(3), (len(frames), 3, 3))
        for channel in joint.channels:
            axis, values = "XYZ".index(channel[0]), frames[:, column]
            if channel.endswith("position"):
                moved[:, axis] += values
            else:
                about = Rotation.from_euler(channel[0].lower(), values[:, None], degrees=True)
                turn = turn @ about.as_matrix().reshape(-1, 3, 3)
            column += 1
        if joint.parent >= 0:
            above = turns[joint.parent]
            moved = places[joint.parent] + (above @ moved[..., None])[..., 0]
            turn = above @ turn
        places.append(moved)
        turns.append(np.asarray(turn))
    return np.stack(places, axis=1)
