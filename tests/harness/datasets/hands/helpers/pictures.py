"""Hands to look at in tests, and what their pictures tell of them."""

import numpy as np
from scipy.ndimage import map_coordinates

from harness.datasets.hands.canonical_pose import JOINTS
from harness.datasets.hands.procedural.dataset import joints_of
from harness.datasets.hands.procedural.drawn import render
from harness.datasets.hands.procedural.factors import HELD, draw_factors
from harness.datasets.hands.procedural.gestures import GESTURES

FACTORS = draw_factors("train", 24)
PAPER, EVENING = 0, 4
Factors = dict[str, np.ndarray]


def held(n: int, gesture: str = "open", **changes: object) -> Factors:
    """One hand before the middle of the camera, its back to it and upright, ``n`` times."""
    still = {name: np.zeros(n) for name in HELD} | {"distance": np.full(n, 400.0)}
    angles = {name: np.full(n, np.radians(a)) for name, a in GESTURES[gesture].items()}
    first = {name: known[:1].repeat(n) for name, known in FACTORS.items()}
    changed = {name: np.asarray(value) for name, value in changes.items()}
    return {**first, **angles, **still, "scale": np.ones(n), **changed}


def opacity(factors: Factors) -> np.ndarray:
    """How much of what is behind a hand it hides, ``[N, 256, 256]``, as pictures tell it.

    Where two scenes differ, what the hand leaves of the difference is seen through it.
    """
    n = len(factors["frame"])
    seen, bare = [], []
    for scene in (PAPER, EVENING):
        behind = {**factors, "background": np.full(n, scene), "warmth": np.zeros(n)}
        seen.append(render(behind).astype(float))
        bare.append(render({**behind, "shift_x": np.full(n, 5000.0)}).astype(float))
    difference = np.abs(bare[0] - bare[1]).sum(1)
    left = np.abs(seen[0] - seen[1]).sum(1) / np.maximum(difference, 1)
    return np.asarray(np.where(difference > 120, 1 - left, np.nan))


def along(image: np.ndarray, start: np.ndarray, step: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Values of ``image`` at pixels ``start + reach * step`` (x, y), interpolated."""
    points = start[:, None] + step[:, None] * reach
    filled = np.where(np.isnan(image), 0.0, image)
    return np.asarray(map_coordinates(filled, points[::-1], order=1))


def pixels(factors: Factors) -> np.ndarray:
    """Where joints are, ``[N, 21, 2]``, by the labels."""
    labels, _ = joints_of(factors)
    return np.stack([[labels[f"{name}_{a}"] for a in "xy"] for name in JOINTS]).transpose(2, 0, 1)
