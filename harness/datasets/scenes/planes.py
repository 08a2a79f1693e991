"""Rectangles in space, and what rays meet of them.

Space is right, down, away from the first camera, in metres.
"""

from dataclasses import dataclass

import numpy as np

NEAREST = 0.1
"""Nothing is met nearer than that along a ray."""


@dataclass(frozen=True, eq=False)
class Planes:
    """K rectangles in each of N scenes.

    Attributes:
        middle: ``[N, K, 3]``.
        across: ``[N, K, 3]`` unit vectors along one side.
        along: ``[N, K, 3]`` unit vectors along the other, at right angles to these.
        half: ``[N, K, 2]`` half the length of each side; infinite for a whole plane, and negative
            for one that is not there.
    """

    middle: np.ndarray
    across: np.ndarray
    along: np.ndarray
    half: np.ndarray


@dataclass(frozen=True, eq=False)
class Met:
    """What Q rays in each of N scenes meet first.

    Attributes:
        far: ``[N, Q]``, how often the ray's direction leads there; infinite where nothing is met.
        which: ``[N, Q]`` int64, the rectangle.
        at: ``[N, Q, 2]`` metres from its middle along its sides.
    """

    far: np.ndarray
    which: np.ndarray
    at: np.ndarray


def cast(planes: Planes, eye: np.ndarray, rays: np.ndarray) -> Met:
    """Return what rays meet first.

    Args:
        planes: the scenes.
        eye: ``[N, 3]`` where the rays of a scene begin.
        rays: ``[N, Q, 3]`` their directions, of any length.
    """
    off = eye[:, None] - planes.middle
    frame = np.stack([planes.across, planes.along, np.cross(planes.across, planes.along)], 2)
    # In each rectangle's own frame, [N, K, 3] and [N, K, 3, Q]: it lies where the third is 0.
    start = (frame @ off[..., None])[..., 0]
    step = frame @ rays.swapaxes(1, 2)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        far = -start[..., 2:] / step[..., 2, :]
        at = start[..., :2, None] + far[:, :, None] * step[..., :2, :]
        met = (np.abs(at) <= planes.half[..., None]).all(2) & (far > NEAREST)
    far = np.where(met, far, np.inf)
    which = far.argmin(1)
    nearest = np.take_along_axis(far, which[:, None], 1)[:, 0]
    place = np.take_along_axis(at, which[:, None, None], 1)[:, 0].swapaxes(1, 2)
    return Met(nearest, which, np.where(np.isfinite(nearest)[..., None], place, 0.0))
