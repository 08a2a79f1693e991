"""A basis of bodies: the mean of people without images, and their principal components."""

import numpy as np

from harness.datasets.humans.factors import unpaired_factors
from harness.datasets.humans.figures import bodies_of
from harness.datasets.humans.motions import Motions

BASIS = "pose_basis"
"""Name of the table."""
FLOOR = 5e-3
"""Least length of a component, metres.

Components are as long as bodies deviate along them, so that weights have variance 1. Some of 32
joints are copies of others, and along their differences bodies do not deviate at all.
"""

_POSES = 2000


def pose_basis(motions: Motions, n_joints: int, seed: int) -> np.ndarray:
    """Return the mean body and components at right angles, the longest first, ``[1 + 3J, 3J]``.

    Bodies are in their own frames: right, down, away, in metres, float32. They are those of other
    subjects in the motions that have no images, of the training split.

    Args:
        motions: the poses to choose from.
        n_joints: 17 or 32.
        seed: of the dataset.
    """
    people = bodies_of(unpaired_factors("train", _POSES, motions, seed), motions)
    flat = (people.joints(n_joints) * np.array([1.0, 1.0, -1.0])).reshape(_POSES, -1)
    mean = flat.mean(0)
    variance, vectors = np.linalg.eigh((flat - mean).T @ (flat - mean) / _POSES)
    lengths = np.sqrt(np.maximum(variance, FLOOR**2))
    rows = vectors.T[::-1]
    largest = rows[np.arange(len(rows)), np.abs(rows).argmax(1)]
    rows = rows * (np.sign(largest) * lengths[::-1])[:, None]  # of a vector either sign would do
    return np.concatenate([mean[None], rows]).astype(np.float32)
