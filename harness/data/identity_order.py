"""The order of images that show every identity in every frame, their factors and their splits."""

from collections.abc import Mapping

import numpy as np

from harness import keyed_random
from harness.data.dataset import SplitName
from harness.errors import UserError

FEWEST_IDENTITIES = 4
"""Two to learn from and two to test on: a swap takes the pose of one to the other."""


def shuffled(key: str, n: int) -> np.ndarray:
    """Return ``0 .. n - 1`` in an order that depends on ``key`` and ``n`` alone."""
    return np.argsort(keyed_random.uniforms(f"{key}/order", n, 1)[:, 0], kind="stable")


def growing(n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of ``n`` identities and ``m`` frames, so that any first few are a sample.

    The first pairs, however many, are about the same share of the identities in the same share of
    the frames, each in each: a limited dataset still has partners for pairs and triplets.

    Returns:
        The index of the identity and that of the frame, ``[n * m]`` each.
    """
    identity, frame = (index.ravel() for index in np.indices((n, m)))
    share = np.maximum((identity + 1) / n, (frame + 1) / m)
    order = np.lexsort((identity, frame, share))
    return identity[order], frame[order]


def crossed(
    of_identity: Mapping[str, np.ndarray], of_frame: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the factors of all identities in all frames, in the order of :func:`growing`.

    Args:
        of_identity: factors of the identities, ``[n]`` each.
        of_frame: factors of the frames, ``[m]`` each.

    Returns:
        All of them by their names, ``[n * m]`` int64 each.
    """
    n, m = (len(next(iter(factors.values()))) for factors in (of_identity, of_frame))
    identity, frame = growing(n, m)
    return {
        **{name: values[identity].astype(np.int64) for name, values in of_identity.items()},
        **{name: values[frame].astype(np.int64) for name, values in of_frame.items()},
    }


def split_off(name: str, groups: np.ndarray, test_share: float) -> dict[SplitName, np.ndarray]:
    """Return which identities are for training and which for the test, whole groups at a time.

    Args:
        name: of the set; the same set is always split alike.
        groups: ``[n]`` labels of the identities; those of one group look alike.
        test_share: of the groups that are for the test; at least two groups are.

    Returns:
        The indices of each split.
    """
    labels = np.unique(groups)
    n_test = min(max(round(test_share * len(labels)), 2), len(labels) - 2)
    drawn = labels[shuffled(f"{name}/split", len(labels))[:n_test]]
    for_test = np.isin(groups, drawn)
    return {"train": np.flatnonzero(~for_test), "test": np.flatnonzero(for_test)}


def require_variety(what: str, n_identities: int, n_frames: int) -> None:
    """Refuse a set in which no pose can be transferred from one identity to another.

    Args:
        what: where the images come from and what the identities are called.
        n_identities: how many there are in both splits together.
        n_frames: in how many frames each is shown.

    Raises:
        UserError: fewer than four identities, or one frame.
    """
    if n_identities < FEWEST_IDENTITIES:
        raise UserError(
            f"{what}: {n_identities} found, at least {FEWEST_IDENTITIES} are needed, two to learn "
            "from and two to test on. Add more."
        )
    if n_frames < 2:
        raise UserError(
            f"{what}: each is shown in one frame only. To tell who it is from its pose, two "
            "images of the same in different poses are needed. Add frames."
        )
