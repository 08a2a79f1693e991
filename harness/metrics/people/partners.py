"""Partners of test images for swaps: of the same identity, or of another one."""

import numpy as np

from harness.data.pairs import Groups


def chosen(possible: np.ndarray, most: int | None, seed: int = 1) -> np.ndarray:
    """Return indices ``[n]`` where ``possible`` ``[N]`` is true: at most so many, at random."""
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(possible))
    return np.sort(rows[:most])


def of_same(identity: np.ndarray, rows: np.ndarray, seed: int = 2) -> np.ndarray:
    """Return for each of ``rows`` another image of its identity; itself where there is no other.

    Args:
        identity: ``[N]`` integer labels.
        rows: ``[n]`` indices.
        seed: of the draws, which are the same for every trial.
    """
    people, generator = Groups(identity), np.random.default_rng(seed)
    alone = np.bincount(people.of)[people.of[rows]] == 1
    partner = np.array(rows)
    while len(again := np.flatnonzero((partner == rows) & ~alone)):
        partner[again] = people.draw(rows[again], generator.random(len(again)))
    return partner


def of_other(identity: np.ndarray, rows: np.ndarray, seed: int = 3) -> np.ndarray:
    """Return for each of ``rows`` an image of another identity, any of them alike.

    Args:
        identity: ``[N]`` integer labels, of at least two identities.
        rows: ``[n]`` indices.
        seed: of the draws, which are the same for every trial.
    """
    generator = np.random.default_rng(seed)
    partner = np.array(rows)
    while len(again := np.flatnonzero(identity[partner] == identity[rows])):
        partner[again] = generator.integers(0, len(identity), len(again))
    return partner
