"""The frames of scenes, and the depth, flow and visibility that belong to them, ray by ray."""

from dataclasses import dataclass

import numpy as np

from harness.datasets.scenes.layouts import Layouts, Paint
from harness.datasets.scenes.planes import Met, cast

_RAYS = 2
"""Along each side of a pixel, of which its colour is the mean."""
_EDGE = 1e-9
"""Pixels outside a frame that still are in it: what rests at its edge is seen."""
_SAME = 1e-6
"""A point is hidden where something is nearer by more than this share of its distance."""


@dataclass(frozen=True)
class Lens:
    """A pinhole camera whose pixels are counted from 0, whole numbers at their centres.

    Attributes:
        height: pixels.
        width: pixels.
    """

    height: int
    width: int

    @property
    def intrinsics(self) -> np.ndarray:
        """``fx, fy, cx, cy`` in pixels, ``[4]`` float32: 0.8 widths, and the middle."""
        focal = 0.8 * self.width
        return np.array([focal, focal, (self.width - 1) / 2, (self.height - 1) / 2], np.float32)

    def rays(self, right: float = 0.0, down: float = 0.0) -> np.ndarray:
        """Return the points at depth 1 that pixels see, ``[H W, 3]``, some part of one aside."""
        fx, fy, cx, cy = self.intrinsics.astype(np.float64)
        y, x = np.mgrid[: self.height, : self.width].reshape(2, -1).astype(np.float64)
        across = (x + right - cx) / fx, (y + down - cy) / fy
        return np.stack([*across, np.ones_like(x)], axis=-1)


def frames(scenes: Layouts, lens: Lens) -> np.ndarray:
    """Return the two frames of each scene, ``[N, 6, H, W]`` uint8: red, green, blue of each."""
    offsets = [(i + 0.5) / _RAYS - 0.5 for i in range(_RAYS)]
    total = np.zeros((len(scenes.step), 6, lens.height * lens.width))
    for down in offsets:
        for right in offsets:
            rays = lens.rays(right, down)
            for place, (eye, seen) in enumerate(_both(scenes, rays)):
                met = cast(scenes.planes, eye, seen)
                colour = _colours(scenes.paint, met, met.far / lens.intrinsics[0])
                total[:, 3 * place : 3 * place + 3] += colour.swapaxes(1, 2)
    shares = np.clip(total / _RAYS**2, 0, 1)
    return np.rint(255 * shares).astype(np.uint8).reshape(-1, 6, lens.height, lens.width)


def depths(scenes: Layouts, lens: Lens) -> np.ndarray:
    """Return the depth of the first frame along the optical axis, ``[N, 1, H, W]`` metres."""
    return _first(scenes, lens).reshape(-1, 1, lens.height, lens.width).astype(np.float32)


def flows(scenes: Layouts, lens: Lens) -> tuple[np.ndarray, np.ndarray]:
    """Return how pixels of the first frame move, and which of them the second frame shows.

    Returns:
        ``[N, 2, H, W]`` pixels to the right and down, and ``[N, 1, H, W]``, 1 where what a pixel
        shows is within the second frame and nothing is before it; float32.
    """
    shape = lens.height, lens.width
    points = _first(scenes, lens)[..., None] * lens.rays()
    away = points - scenes.step[:, None]
    before = away @ scenes.turn
    fx, fy, cx, cy = lens.intrinsics.astype(np.float64)
    x, y = fx * before[..., 0] / before[..., 2] + cx, fy * before[..., 1] / before[..., 2] + cy
    nearest = cast(scenes.planes, scenes.step, away).far
    within = (x > -_EDGE) & (x < lens.width - 1 + _EDGE)
    within &= (y > -_EDGE) & (y < lens.height - 1 + _EDGE)
    visible = within & (before[..., 2] > 0) & (nearest > 1 - _SAME)
    rows, columns = np.indices(shape).reshape(2, -1)
    flow = np.stack([x - columns, y - rows], axis=1)
    return (
        flow.reshape(-1, 2, *shape).astype(np.float32),
        visible.reshape(-1, 1, *shape).astype(np.float32),
    )


def _first(scenes: Layouts, lens: Lens) -> np.ndarray:
    """Return the depths that the first camera sees, ``[N, H W]``."""
    rays = np.broadcast_to(lens.rays(), (len(scenes.step), lens.height * lens.width, 3))
    return cast(scenes.planes, np.zeros_like(scenes.step), rays).far


def _both(scenes: Layouts, rays: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return where each camera is, and its rays ``[N, Q, 3]`` in the frame of the first."""
    first = np.broadcast_to(rays, (len(scenes.step), *rays.shape))
    return [
        (np.zeros_like(scenes.step), first),
        (scenes.step, rays @ scenes.turn.swapaxes(1, 2)),
    ]


def _colours(paint: Paint, met: Met, pixel: np.ndarray) -> np.ndarray:
    """Return the colours of what rays meet, ``[N, Q, 3]``.

    Waves fade as they come near the width of a pixel there, ``[N, Q]`` metres: what is left is what
    the pixel shows.
    """
    rows = np.arange(len(met.far))[:, None]
    single = np.float32  # takes less time, and is far more exact than a byte of colour
    frequency, phase, tint, base = (
        of.astype(single)[rows, met.which]
        for of in (paint.frequency, paint.phase, paint.tint, paint.base)
    )
    turns = (frequency * met.at.astype(single)[:, :, None]).sum(-1) + phase
    cycles = np.square(frequency).sum(-1) * np.square(pixel.astype(single))[..., None]
    strength = np.exp(single(-0.5 * np.pi**2) * cycles) * np.sin(single(2 * np.pi) * turns)
    return np.asarray(base + (strength[..., None] * tint).sum(2))
