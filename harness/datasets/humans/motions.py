"""Procedural motions of ``humans``: people who move between two of the mannequin's poses."""

import hashlib
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from harness import keyed_random
from harness.datasets.humans.joints import directions, seventeen
from harness.datasets.mannequin.poses import POSES
from harness.drawing.body import measures
from harness.drawing.skeleton import ANGLES, FURTHER_ANGLES, joints

POOLS = ("train", "test", "unpaired")
"""What motions are for: the training images, the test images, poses without images."""

_ALL = (*ANGLES, *FURTHER_ANGLES)
_ACTIONS = 15  # as many as Human3.6M has
_SEQUENCES = {"train": 8, "test": 4, "unpaired": 8}  # of each action
_FRAMES = 40  # of a sequence
_HABIT, _TREMOR = np.radians(9.0), np.radians(2.0)
_BENDS = [i for i, name in enumerate(_ALL) if name.endswith(("knee", "elbow"))]


@dataclass(frozen=True, eq=False)
class Motions:
    """P poses of moving people, whose bones may be of any length.

    Attributes:
        along: ``[P, 17, 3]`` float32 unit vectors from each joint's parent to it: right, down,
            towards the viewer.
        action: ``[P]`` int64, what they do.
        sequence: ``[P]`` int64, which recording it is of.
        pool: ``[P]`` int64, which of :data:`POOLS` the recording is for.
    """

    along: np.ndarray
    action: np.ndarray
    sequence: np.ndarray
    pool: np.ndarray

    @property
    def digest(self) -> str:
        """What the images of these poses depend on, as hexadecimal digits."""
        arrays = self.along, self.action, self.sequence, self.pool
        return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()

    def chosen(self, pool: str, u: np.ndarray) -> np.ndarray:
        """Return poses ``[N]`` for numbers ``[N, 2]`` in [0, 1): actions are equally likely."""
        among = np.flatnonzero(self.pool == POOLS.index(pool))
        of = self.action[among]
        among = among[np.argsort(of, kind="stable")]
        known, first, count = np.unique(np.sort(of), return_index=True, return_counts=True)
        which = (u[:, 0] * len(known)).astype(np.int64)
        places = first[which] + (u[:, 1] * count[which]).astype(np.int64)
        return np.asarray(among[places])


def procedural_motions() -> Motions:
    """Return motions of 15 actions in the images and of 15 others without images.

    An action is a pair of the mannequin's poses, between which people move to and fro. A sequence
    has habits of its own: joint angles are off by 9 degrees, and tremble by 2.
    """
    pairs = list(combinations(POSES, 2))
    order = np.argsort(keyed_random.uniforms("humans/actions", len(pairs), 1)[:, 0])
    of_pool = {"train": order[:_ACTIONS], "test": order[:_ACTIONS]}
    of_pool["unpaired"] = order[_ACTIONS : 2 * _ACTIONS]
    parts: list[tuple[np.ndarray, ...]] = []
    n_sequences = 0
    for number, pool in enumerate(POOLS):
        for action in of_pool[pool]:
            for _ in range(_SEQUENCES[pool]):
                along = _sequence(pairs[action], n_sequences)
                row = (int(action), n_sequences, number)
                parts.append((along, *(np.full(_FRAMES, value) for value in row)))
                n_sequences += 1
    along, action, sequence, pool_of = (np.concatenate(part) for part in zip(*parts, strict=True))
    _, action = np.unique(action, return_inverse=True)
    return Motions(along, action.astype(np.int64), sequence, pool_of)


def _sequence(pair: tuple[str, str], number: int) -> np.ndarray:
    """Return the bones' directions of one recording, ``[frames, 17, 3]`` float32."""
    from scipy.special import ndtri

    u = keyed_random.uniforms(f"humans/sequence/{number}", _FRAMES + 3, len(_ALL))
    habits, tremor = ndtri(u[:2]), ndtri(u[3:])
    ends = [np.radians([POSES[name][angle] for angle in _ALL]) for name in pair]
    ends = [end + _HABIT * habit for end, habit in zip(ends, habits, strict=True)]
    phase = 2 * np.pi * (np.arange(_FRAMES) / _FRAMES + u[2, 0])
    share = (0.5 - 0.5 * np.cos(phase))[:, None]
    angles = (1 - share) * ends[0] + share * ends[1] + _TREMOR * tremor
    angles[:, _BENDS] = np.maximum(angles[:, _BENDS], 0)  # neither knees nor elbows bend back
    sizes = measures(np.zeros((_FRAMES, 10)))
    at = joints(sizes, {**dict(zip(_ALL, angles.T, strict=True)), "yaw": np.zeros(_FRAMES)})
    return directions(seventeen(at)).astype(np.float32)
