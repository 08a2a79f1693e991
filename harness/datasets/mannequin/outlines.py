"""Line drawings of ``mannequin``'s figures: the outlines of their limbs, without clothes."""

from collections.abc import Iterator

import numpy as np

from harness.datasets.mannequin.figure import BARE, Figure, Part
from harness.datasets.mannequin.scenes import (
    ACROSS,
    DOWN,
    SIZE,
    Factors,
    Scene,
    scene_of,
    view_of,
)
from harness.drawing.painting import View, box_of
from harness.drawing.rods import Rods
from harness.drawing.shapes import Capsules

MARGIN = int(max(*map(abs, ACROSS), *map(abs, DOWN)))
"""Pixels of the full-size image by which a drawing is larger on each side, as figures move."""

_NOTHING = -1  # the limb of a pixel that shows none
_FAR = np.float32(-1e6)
_THINNEST = 0.6  # radius of a limb, pixels: of a thinner one some pixels between its ends are lost
_CREASE = 0.5  # cosine of the angle between two limbs' surfaces from which on there is a line
_STEP = 14.0  # by how much one limb must be before another for a line, units of drawing
_AT_ONCE = 128


def drawn_outlines(factors: Factors, downscale: int = 1) -> Iterator[np.ndarray]:
    """Yield line drawings of figures in the middle of the image, some at a time.

    A line is a pixel wide. It is where a limb ends before the background or before another limb,
    and where two limbs meet at an angle; where one runs smoothly into the other there is none. The
    nose, where it is seen, is a pixel.

    Args:
        factors: ``pose``, ``azimuth``, ``scale`` and ``build``, ``[N]`` int64 each.
        downscale: how many pixels of the full-size image are one of the result along each axis.

    Yields:
        ``[n, 1, side, side]`` uint8, 255 on lines, else 0; the image with :data:`MARGIN` around it.
    """
    n = len(factors["pose"])
    middle = {"x": ACROSS.index(0.0), "y": DOWN.index(0.0)}
    for start in range(0, n, _AT_ONCE):
        some = {name: values[start : start + _AT_ONCE] for name, values in factors.items()}
        some |= {name: np.full(len(some["pose"]), place) for name, place in middle.items()}
        scene = scene_of(some)
        view = view_of(some, scene, downscale)
        view = View(view.scale, view.origin + MARGIN // downscale)
        lines = _lines_of(scene, view, (SIZE + 2 * MARGIN) // downscale)
        yield np.where(lines, 255, 0).astype(np.uint8)[:, None]


def _lines_of(scene: Scene, view: View, side: int) -> np.ndarray:
    """Return which pixels show lines, ``[N, side, side]`` bool."""
    limbs = Figure(scene.sizes, scene.body, BARE).bare_limbs()
    (nose,) = limbs.pop("nose")
    seen = _Seen(len(scene.turn), side)
    for number, parts in enumerate(limbs.values()):
        rods = _rods_of(parts, scene, view)
        for k in range(len(rods)):
            seen.add(rods, k, number, view)
    lines = seen.lines()
    of_nose = _rods_of([nose], scene, view)
    x, y = np.floor(of_nose.outline.start[:, 0] * view.scale + view.origin).astype(np.int64).T
    rows = np.arange(len(lines))
    lines[rows, y, x] |= of_nose.height[:, 0, 0] > seen.height[rows, y, x]
    return lines


def _rods_of(parts: list[Part], scene: Scene, view: View) -> Rods:
    """Return parts as the camera sees them, none too thin for the pixels."""
    start, end = (np.stack([part[i] for part in parts], axis=1) @ scene.turn for i in (0, 1))
    radius = np.stack([np.stack(part[2:4], axis=-1) for part in parts], axis=1)
    radius = np.maximum(radius, _THINNEST * view.pixel[:, None, None])
    outline = Capsules(start[..., :2], end[..., :2], radius)
    return Rods(outline, np.stack([start[..., 2], end[..., 2]], axis=-1))


class _Seen:
    """What is nearest in each pixel of N images: which limb, how near, and its surface's normal."""

    def __init__(self, n: int, side: int) -> None:
        self.limb = np.full((n, side, side), _NOTHING, np.int8)
        self.height = np.full((n, side, side), _FAR)
        self._normal = np.zeros((3, n, side, side), np.float32)

    def add(self, rods: Rods, k: int, limb: int, view: View) -> None:
        """Put rod ``k`` of a limb where it is nearer than what is there."""
        box = box_of(rods.outline, k, np.zeros(len(view.scale)), view, self.limb.shape)
        nx, ny, _, top = rods.surface(k, view.centres(box[1], 0), view.centres(box[0], 1))
        towards = 1 - nx * nx - ny * ny
        nearer = (towards > 0) & (top > self.height[:, *box])
        nz = np.sqrt(np.maximum(towards, 0))
        np.copyto(self.limb[:, *box], np.int8(limb), where=nearer)
        np.copyto(self.height[:, *box], top, where=nearer)
        for axis, of in enumerate((nx, ny, nz)):
            np.copyto(self._normal[axis][:, *box], of, where=nearer)

    def lines(self) -> np.ndarray:
        """Return which pixels are the edge of a limb that is before what is beside it, bool."""
        found = np.zeros(self.limb.shape, bool)
        for axis in (1, 2):
            here, beside = (_shifted(axis, by) for by in (slice(0, -1), slice(1, None)))
            limbs = self.limb[here], self.limb[beside]
            heights = self.height[here], self.height[beside]
            alike = (self._normal[:, *here] * self._normal[:, *beside]).sum(0)
            bends = (alike < _CREASE) | (np.abs(heights[0] - heights[1]) > _STEP)
            line = (limbs[0] != limbs[1]) & bends
            found[here] |= line & (heights[0] > heights[1])
            found[beside] |= line & (heights[0] <= heights[1])
        return found


def _shifted(axis: int, part: slice) -> tuple[slice, ...]:
    """Return the indices of all pixels but the last, or but the first, along an axis."""
    return tuple(part if i == axis else slice(None) for i in range(3))
