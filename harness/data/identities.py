"""Images of every identity in every frame: their order, and what is known of them."""

from collections.abc import Mapping

import numpy as np

from harness import keyed_random
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
        of_identity: what is known of each identity, ``[n]`` each.
        of_frame: what is known of each frame, ``[m]`` each.

    Returns:
        All of them by their names, ``[n * m]`` int64 each.
    """
    n, m = (len(next(iter(known.values()))) for known in (of_identity, of_frame))
    identity, frame = growing(n, m)
    return {
        **{name: known[identity].astype(np.int64) for name, known in of_identity.items()},
        **{name: known[frame].astype(np.int64) for name, known in of_frame.items()},
    }


def require_variety(what: str, n_identities: int, n_frames: int) -> None:
    """Refuse images that no pose can be taken from, or to which none can be given.

    Args:
        what: where they come from and what the identities are called.
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
