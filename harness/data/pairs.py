"""Random pairs of images that share a label, and triplets that ask for a swap of poses."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.errors import UserError


class Groups:
    """Images grouped by a label, for drawing one of a group at random.

    Args:
        labels: ``[N]``, one integer an image; images with the same one are a group.
    """

    def __init__(self, labels: np.ndarray) -> None:
        _, self.of = np.unique(labels, return_inverse=True)
        self._sorted = np.argsort(self.of, kind="stable")
        self._sizes = np.bincount(self.of)
        self._starts = np.cumsum(self._sizes) - self._sizes

    def __len__(self) -> int:
        return len(self._sizes)

    def draw(self, images: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """Return for each image one of its own group, perhaps itself.

        Args:
            images: ``[n]`` indices.
            uniform: ``[n]`` in [0, 1): which of the group it is.
        """
        group = self.of[images]
        chosen = (uniform * self._sizes[group]).astype(np.int64)
        drawn: np.ndarray = self._sorted[self._starts[group] + chosen]
        return drawn


@dataclass(frozen=True)
class Triplets:
    """Indices ``[n]`` of the two inputs of a swap, and of the image that it should give.

    Attributes:
        appearance: x1, of the identity wanted, in another frame.
        truth: x2, of the identity and in the frame wanted.
        pose: x3, of another identity, in the frame wanted.
    """

    appearance: np.ndarray
    truth: np.ndarray
    pose: np.ndarray


def draw_triplets(identity: np.ndarray, frame: np.ndarray, n: int, seed: int = 1) -> Triplets:
    """Return ``n`` random triplets, the same for a seed (RoDi, section 4.1: 8,000).

    Args:
        identity: ``[N]`` integer labels; who it is.
        frame: ``[N]`` integer labels; images with the same one show the same pose.
        n: how many.
        seed: of the draws.

    Raises:
        UserError: no image has both a partner in another frame and one of another identity.
    """
    generator = np.random.default_rng(seed)
    people, frames = Groups(identity), Groups(frame)
    possible = (_groups_met(people, frames) > 1) & (_groups_met(frames, people) > 1)
    if not possible.any():
        raise UserError(
            "No triplets can be drawn: they need two images of one identity in different frames, "
            "and one of another identity in the same frame. "
            f"These {len(identity)} images show {len(people)} identities in {len(frames)} frames."
        )
    truth = generator.choice(np.flatnonzero(possible), n)
    appearance = _partners(people, frames, truth, generator)
    pose = _partners(frames, people, truth, generator)
    return Triplets(appearance, truth, pose)


def draw_sharing(
    shared: np.ndarray, other: np.ndarray, n: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``n`` random pairs of images that share one label and differ in another.

    Args:
        shared: ``[N]`` integer labels, the same within a pair.
        other: ``[N]`` integer labels, different within a pair.
        n: how many.
        generator: of the draws.

    Returns:
        Indices ``[n]`` of the first and of the second images.

    Raises:
        UserError: there is no such pair.
    """
    same, differing = Groups(shared), Groups(other)
    possible = _groups_met(same, differing) > 1
    if not possible.any():
        raise UserError(
            f"No two of these {len(shared)} images share a label and differ in another: they show "
            f"{len(same)} of the one in {len(differing)} of the other. Use more of them: "
            "scale.test_limit, dataset.n_test."
        )
    rows = generator.choice(np.flatnonzero(possible), n)
    return rows, _partners(same, differing, rows, generator)


def _partners(
    same: Groups, differing: Groups, rows: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Return for each of ``rows`` an image of its group, but of another one of the other kind."""
    return _redrawn_until(
        lambda again: same.draw(rows[again], generator.random(len(again))),
        lambda again, drawn: differing.of[drawn] != differing.of[rows[again]],
        len(rows),
    )


def _groups_met(groups: Groups, other: Groups) -> np.ndarray:
    """Return for each image how many groups of the other kind its own group shares images with."""
    met = np.unique(np.stack([groups.of, other.of]), axis=1)
    return np.bincount(met[0], minlength=len(groups))[groups.of]


def _redrawn_until(
    draw: Callable[[np.ndarray], np.ndarray],
    good: Callable[[np.ndarray, np.ndarray], np.ndarray],
    n: int,
) -> np.ndarray:
    """Return ``n`` random indices; those that are not good are drawn again until all are."""
    drawn, rows = np.empty(n, np.int64), np.arange(n)
    while len(rows):
        drawn[rows] = draw(rows)
        rows = rows[~good(rows, drawn[rows])]
    return drawn
