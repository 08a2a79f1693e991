"""Random choice of test images, and of images of the same or of another identity to go with them.

All draws are the same for every trial.
"""

import numpy as np

from harness.data.pairs import Groups


def draw_some(possible: np.ndarray, most: int | None, seed: int = 1) -> np.ndarray:
    """Return at most ``most`` indices ``[n]`` where ``possible`` ``[N]`` is true, in order."""
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(possible))
    return np.sort(rows[:most])


def draw_same(identity: np.ndarray, rows: np.ndarray, seed: int = 2) -> np.ndarray:
    """Return another image of the identity of each of ``rows``; itself where there is no other.

    Args:
        identity: ``[N]`` integer labels.
        rows: ``[n]`` indices.
        seed: of the draws.
    """
    people, generator = Groups(identity), np.random.default_rng(seed)
    alone = np.bincount(people.of)[people.of[rows]] == 1
    partner = np.array(rows)
    while len(again := np.flatnonzero((partner == rows) & ~alone)):
        partner[again] = people.draw(rows[again], generator.random(len(again)))
    return partner


def draw_other(identity: np.ndarray, rows: np.ndarray, seed: int = 3) -> np.ndarray:
    """Return an image of another identity than that of each of ``rows``, all equally likely.

    Args:
        identity: ``[N]`` integer labels, of at least two identities.
        rows: ``[n]`` indices.
        seed: of the draws.
    """
    generator = np.random.default_rng(seed)
    partner = np.array(rows)
    while len(again := np.flatnonzero(identity[partner] == identity[rows])):
        partner[again] = generator.integers(0, len(identity), len(again))
    return partner
