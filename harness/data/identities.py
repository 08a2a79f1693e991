"""Images of every identity in every frame: their order, and what is known of them."""

from collections.abc import Mapping

import numpy as np

from harness.data import keyed


def shuffled(key: str, n: int) -> np.ndarray:
    """Return ``0 .. n - 1`` in an order that depends on ``key`` and ``n`` alone.

    Identities come in such an order, so that the first of a split stand for all of it.
    """
    return np.argsort(keyed.uniforms(f"{key}/order", n, 1)[:, 0], kind="stable")


def crossed(
    of_identity: Mapping[str, np.ndarray], of_frame: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the factors of all frames of the first identity, then of the second, and so on.

    Args:
        of_identity: what is known of each identity, ``[n]`` each.
        of_frame: what is known of each frame, ``[m]`` each.

    Returns:
        All of them by their names, ``[n * m]`` int64 each.
    """
    n, m = (len(next(iter(known.values()))) for known in (of_identity, of_frame))
    repeated = {name: np.repeat(known.astype(np.int64), m) for name, known in of_identity.items()}
    tiled = {name: np.tile(known.astype(np.int64), n) for name, known in of_frame.items()}
    return {**repeated, **tiled}
