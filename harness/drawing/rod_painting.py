"""Paints rods: each pixel shows the nearest, smoothly joined, with shadows between them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.drawing.painting import Box, View, box_of, brightness, per_image, portions
from harness.drawing.rods import LEAST, Rods
from harness.drawing.vectors import unit

_NOWHERE = np.float32(-1e6)  # the height of a pixel that shows no rod yet
_RELIEF = 0.8  # a little light comes from all sides
_SHADOW = 0.6  # the share of light that a rod takes from what is close below and beside it
_AT_ONCE = 2**16  # pixels painted at once
_CUT_OUT_AT_ONCE = 2**18  # more, as most of them are far from every rod

Normal = tuple[np.ndarray, np.ndarray]
"""Its x and y."""


@dataclass(frozen=True, eq=False)
class Coat:
    """The material of K rods in each of N images.

    Attributes:
        colour: ``[N, K, 3]`` in [0, 1], where the light falls straight on them.
        soft: ``[N, K]``: over what difference in height a rod runs smoothly into one below it.
        gloss: ``[N, K]``: how bright the lamp's reflection in it is.
    """

    colour: np.ndarray
    soft: np.ndarray
    gloss: np.ndarray


def paint_rods(
    background: np.ndarray,
    rods: Rods,
    coat: Coat,
    light: np.ndarray,
    view: View,
    *,
    reach: float,
) -> np.ndarray:
    """Return images of rods before a background.

    Edges are anti-aliased as by :func:`harness.drawing.painting.paint`. A rod darkens what lies
    closely below it, most on the side away from the lamp. An image depends on its own row of the
    arrays alone.

    Args:
        background: ``[N, 3, H, W]`` float32 in [0, 1].
        rods: what is painted, for the same N images.
        coat: how it looks.
        light: ``[N, 3]`` unit vectors to the lamp: right, down, towards the viewer.
        view: where the rods are in the images.
        reach: how far beside a rod its shadow ends, in the rods' unit.

    Returns:
        ``[N, 3, H, W]`` uint8.
    """
    painted = np.empty(background.shape, np.uint8)
    for rows, canvas in _canvases(
        background.shape, rods, coat, light, view, reach=reach, at_once=_AT_ONCE
    ):
        painted[rows] = np.rint(255 * canvas.before(background[rows]))
    return painted


def cut_out_rods(
    size: tuple[int, int],
    rods: Rods,
    coat: Coat,
    light: np.ndarray,
    view: View,
    *,
    reach: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return images of rods before nothing, to be put before a background.

    Args:
        size: ``(H, W)``.
        rods: as for :func:`paint_rods`, and so are the others.
        coat: how they look.
        light: where the lamp is.
        view: where the rods are in the images.
        reach: how far beside a rod its shadow ends.

    Returns:
        Colours times opacity ``[N, 3, H, W]`` and opacity ``[N, H, W]``, float32 in [0, 1].
    """
    shape = len(light), 3, *size
    colour, opacity = np.empty(shape, np.float32), np.empty((shape[0], *size), np.float32)
    for rows, canvas in _canvases(
        shape, rods, coat, light, view, reach=reach, at_once=_CUT_OUT_AT_ONCE
    ):
        colour[rows], opacity[rows] = canvas.colour, canvas.opacity
    return colour, opacity


def _canvases(
    shape: tuple[int, ...],
    rods: Rods,
    coat: Coat,
    light: np.ndarray,
    view: View,
    *,
    reach: float,
    at_once: int,
) -> Iterator[tuple[slice, "_Canvas"]]:
    """Yield the rods of some of the images ``[N, 3, H, W]`` at a time, and of which images."""
    each, order = np.arange(shape[0])[:, None], rods.far_to_near()
    rods = rods.at(each, order)
    coat = Coat(*(values[each, order] for values in (coat.colour, coat.soft, coat.gloss)))
    for rows in portions(shape, at_once):
        some, count = rods.of(rows), len(light[rows])
        canvas = _Canvas((count, *shape[1:]), light[rows], view.of(rows), reach)
        for k in range(len(rods)):
            canvas.add(some, k, coat.colour[rows, k], coat.soft[rows, k], coat.gloss[rows, k])
        yield rows, canvas


class _Canvas:
    """Images of rods on nothing: their colours times their opacity, the opacity, and heights."""

    def __init__(self, shape: tuple[int, ...], light: np.ndarray, view: View, reach: float) -> None:
        self._light = light.astype(np.float32)
        self._view, self._reach = view, np.float32(reach)
        self.colour = np.zeros(shape, np.float32)
        self.opacity = np.zeros((shape[0], *shape[2:]), np.float32)
        self._height = np.full(self.opacity.shape, _NOWHERE)
        halfway = unit(self._light + np.array([0, 0, 1], np.float32))
        self._halfway = [per_image(column) for column in halfway.T]

    def before(self, background: np.ndarray) -> np.ndarray:
        """Return what is painted before a background ``[n, 3, H, W]``."""
        return np.asarray(self.colour + (1 - self.opacity[:, None]) * background)

    def add(
        self, rods: Rods, k: int, colour: np.ndarray, soft: np.ndarray, gloss: np.ndarray
    ) -> None:
        """Paint rod ``k`` of every image; its coat is given image by image."""
        pixel = self._view.pixel
        margin = np.maximum(pixel / 2, self._reach)
        box = box_of(rods.outline, k, margin, self._view, self.colour.shape)
        x, y = self._view.centres(box[1], 0), self._view.centres(box[0], 1)
        distance, _, _ = rods.outline.field(k, x, y, pixel / 2)
        nx, ny, axis, top = rods.surface(k, x, y)
        self._shade(box, distance, axis, (nx, ny))
        covered = np.clip(0.5 - distance / per_image(pixel), 0, 1)
        covered *= per_image(rods.outline.thinness(k, pixel / 2))
        lit = self._lit((nx, ny), colour, per_image(gloss)) * covered[:, None]
        self._merge(box, lit, covered, top, per_image(soft))

    def _shade(self, box: Box, distance: np.ndarray, axis: np.ndarray, normal: Normal) -> None:
        """Darken what lies below the rod's axis and not too far."""
        nx, ny = normal
        gap = (axis - self._height[:, *box]) / self._reach
        close = np.clip(1 - distance / self._reach, 0, 1)
        right, down, _ = (per_image(column) for column in self._light.T)
        away = (nx * right + ny * down) / np.sqrt(np.maximum(nx * nx + ny * ny, LEAST))
        darkening = _SHADOW * close * close * np.clip(gap, 0, 1) * np.clip(3 - gap / 2, 0, 1)
        darkening *= np.float32(0.6) - np.float32(0.4) * away
        self.colour[:, :, *box] *= (1 - darkening)[:, None]

    def _lit(self, normal: Normal, colour: np.ndarray, gloss: np.ndarray) -> np.ndarray:
        """Return a surface's colours ``[n, 3, h, w]`` in the light."""
        nx, ny = normal
        matt = np.asarray(brightness(nx, ny, self._light, _RELIEF))
        lit_colour = matt[:, None] * colour.astype(np.float32)[:, :, None, None]
        hx, hy, hz = self._halfway
        mirrored = hz * np.sqrt(np.maximum(1 - nx * nx - ny * ny, 0)) + hx * nx + hy * ny
        np.clip(mirrored, 0, 1, out=mirrored)
        for _ in range(4):  # to the power 16
            mirrored *= mirrored
        lit_colour += (gloss * mirrored)[:, None] * (1 - lit_colour)
        return np.asarray(lit_colour)

    def _merge(
        self, box: Box, colour: np.ndarray, covered: np.ndarray, top: np.ndarray, soft: np.ndarray
    ) -> None:
        """Put the rod over what it is higher than and under the rest, by colours times opacity."""
        colours, opacity = self.colour[:, :, *box], self.opacity[:, *box]
        height = self._height[:, *box]
        above = np.clip(0.5 + (top - height) / (2 * soft), 0, 1)
        colours *= (1 - above * covered)[:, None]
        colour *= (1 - (1 - above) * opacity)[:, None]
        colours += colour
        opacity += covered * (1 - opacity)
        np.copyto(height, top, where=(covered >= 0.5) & (top > height))
