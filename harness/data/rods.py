"""Paints rounded rods that lie in space, each pixel showing the nearest, with shadows between."""

from dataclasses import dataclass, fields

import numpy as np

from harness.data.capsules import Capsules
from harness.data.painting import Box, View, box_of, brightness, per_image, portions
from harness.data.vectors import unit

_NOWHERE = np.float32(-1e6)  # the height of a pixel that shows no rod yet
_RELIEF = 0.8  # a little light comes from all sides
_SHADOW = 0.6  # the share of light that a rod takes from what is close below and beside it
_AT_ONCE = 2**16  # pixels painted at once
_LEAST = np.float32(1e-3)  # of lengths and radii, in units

Normal = tuple[np.ndarray, np.ndarray]
"""Its x and y."""


@dataclass(frozen=True, eq=False)
class Rods:
    """K balls in each of N images, each drawn out along a line while its radius changes linearly.

    Coordinates are in any unit: x to the right, y down, and a height towards the viewer. All lines
    of sight are parallel.

    Attributes:
        outline: what the rods cover of the image plane, K parts.
        height: ``[N, K, 2]`` of the axes' ends.
        colour: ``[N, K, 3]`` in [0, 1], where the light falls straight on them.
        soft: ``[N, K]``: over what difference in height a rod runs smoothly into one below it.
        gloss: ``[N, K]``: how bright the lamp's reflection in it is.
    """

    outline: Capsules
    height: np.ndarray
    colour: np.ndarray
    soft: np.ndarray
    gloss: np.ndarray

    def of(self, rows: slice) -> "Rods":
        """Return the rods of some of the images."""
        known = [getattr(self, field.name)[rows] for field in fields(self)[1:]]
        return Rods(self.outline.of(rows), *known)

    def far_to_near(self) -> "Rods":
        """Return them in the order of their mean height, image by image."""
        order = np.argsort(self.height.mean(2), axis=1, kind="stable")
        rows = np.arange(len(order))[:, None]
        known = [getattr(self, field.name)[rows, order] for field in fields(self)[1:]]
        line = self.outline
        return Rods(
            Capsules(line.start[rows, order], line.end[rows, order], line.radius[rows, order]),
            *known,
        )

    def surface(
        self, k: int, x: np.ndarray, y: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return where lines of sight meet rod ``k``, ``[N, h, w]`` float32 each.

        Beside the rod they are the values of the point of it that is nearest.

        Args:
            k: which rod.
            x: ``[N, w]`` positions of columns.
            y: ``[N, h]`` positions of rows.

        Returns:
            x and y of the unit normal, beyond length 1 beside the rod; the height of the axis
            there, and of the surface.
        """
        ax, ay, r, h = self._ends(k, 0)
        bx, by, end_r, end_h = self._ends(k, 1)
        vx, vy, dr, dh = bx - ax, by - ay, end_r - r, end_h - h
        px = x.astype(np.float32)[:, None, :] - ax
        py = y.astype(np.float32)[:, :, None] - ay
        # At share t of the axis the ball's surface is dh t + sqrt(q(t)) high, q = a + b t + c t².
        # A line of sight meets the ball where that is highest. Seen along its axis, where one end
        # hides the other, c is kept below 0, which leads to the nearer end.
        a = r * r - px * px - py * py
        b = 2 * (r * dr + px * vx + py * vy)
        c = np.minimum(dr * dr - vx * vx - vy * vy, -_LEAST * r * r)
        rise = dh * np.sqrt(np.maximum(b * b - 4 * a * c, 0) / (dh * dh - c))
        t = np.clip((b + rise) / (-2 * c), 0, 1)
        here = r + t * dr
        nx, ny = (px - t * vx) / here, (py - t * vy) / here
        axis = h + t * dh
        top = axis + here * np.sqrt(np.maximum(1 - nx * nx - ny * ny, 0))
        return nx, ny, axis, top

    def _ends(self, k: int, which: int) -> list[np.ndarray]:
        """Return x, y, radius and height of one end of rod ``k``, ``[N, 1, 1]`` each."""
        line = self.outline
        place = (line.start, line.end)[which][:, k]
        radius = np.maximum(line.radius[:, k, which], _LEAST)
        columns = (place[:, 0], place[:, 1], radius, self.height[:, k, which])
        return [per_image(column) for column in columns]


def paint_rods(
    background: np.ndarray, rods: Rods, light: np.ndarray, view: View, reach: float
) -> np.ndarray:
    """Return images of rods before a background.

    Edges are anti-aliased as by :func:`harness.data.painting.paint`. A rod darkens what lies
    closely below it, most on the side away from the lamp. An image depends on its own row of the
    arrays alone.

    Args:
        background: ``[N, 3, H, W]`` float32 in [0, 1].
        rods: what is painted, for the same N images.
        light: ``[N, 3]`` unit vectors to the lamp: right, down, towards the viewer.
        view: where the rods are in the images.
        reach: how far beside a rod its shadow ends, in the rods' unit.

    Returns:
        ``[N, 3, H, W]`` uint8.
    """
    painted = np.empty(background.shape, np.uint8)
    rods = rods.far_to_near()
    for rows in portions(background.shape, _AT_ONCE):
        behind = background[rows]
        canvas = _Canvas(behind.shape, light[rows], view.of(rows), reach)
        some = rods.of(rows)
        for k in range(len(some.outline)):
            canvas.add(some, k)
        painted[rows] = np.rint(255 * canvas.before(behind))
    return painted


class _Canvas:
    """Images of rods on nothing: their colours times their opacity, the opacity, and heights."""

    def __init__(self, shape: tuple[int, ...], light: np.ndarray, view: View, reach: float) -> None:
        self._light = light.astype(np.float32)
        self._view, self._reach = view, np.float32(reach)
        self._colour = np.zeros(shape, np.float32)
        self._opacity = np.zeros((shape[0], *shape[2:]), np.float32)
        self._height = np.full(self._opacity.shape, _NOWHERE)
        halfway = unit(self._light + np.array([0, 0, 1], np.float32))
        self._halfway = [per_image(column) for column in halfway.T]

    def before(self, background: np.ndarray) -> np.ndarray:
        """Return what is painted before a background ``[n, 3, H, W]``."""
        return np.asarray(self._colour + (1 - self._opacity[:, None]) * background)

    def add(self, rods: Rods, k: int) -> None:
        """Paint rod ``k`` of every image."""
        pixel = self._view.pixel
        margin = np.maximum(pixel / 2, self._reach)
        box = box_of(rods.outline, k, margin, self._view, self._colour.shape)
        x, y = self._view.centres(box[1], 0), self._view.centres(box[0], 1)
        distance, _, _ = rods.outline.field(k, x, y, pixel / 2)
        nx, ny, axis, top = rods.surface(k, x, y)
        self._shade(box, distance, axis, (nx, ny))
        covered = np.clip(0.5 - distance / per_image(pixel), 0, 1)
        covered *= per_image(rods.outline.thinness(k, pixel / 2))
        colour = self._lit((nx, ny), rods.colour[:, k], per_image(rods.gloss[:, k]))
        colour *= covered[:, None]
        self._merge(box, colour, covered, top, per_image(rods.soft[:, k]))

    def _shade(self, box: Box, distance: np.ndarray, axis: np.ndarray, normal: Normal) -> None:
        """Darken what lies below the rod's axis and not too far."""
        nx, ny = normal
        gap = (axis - self._height[:, *box]) / self._reach
        close = np.clip(1 - distance / self._reach, 0, 1)
        right, down, _ = (per_image(column) for column in self._light.T)
        away = (nx * right + ny * down) / np.sqrt(np.maximum(nx * nx + ny * ny, _LEAST))
        taken = _SHADOW * close * close * np.clip(gap, 0, 1) * np.clip(3 - gap / 2, 0, 1)
        taken *= np.float32(0.6) - np.float32(0.4) * away
        self._colour[:, :, *box] *= (1 - taken)[:, None]

    def _lit(self, normal: Normal, colour: np.ndarray, gloss: np.ndarray) -> np.ndarray:
        """Return a surface's colours ``[n, 3, h, w]`` in the light."""
        nx, ny = normal
        matt = np.asarray(brightness(nx, ny, self._light, _RELIEF))
        shown = matt[:, None] * colour.astype(np.float32)[:, :, None, None]
        hx, hy, hz = self._halfway
        mirrored = hz * np.sqrt(np.maximum(1 - nx * nx - ny * ny, 0)) + hx * nx + hy * ny
        np.clip(mirrored, 0, 1, out=mirrored)
        for _ in range(4):  # to the power 16
            mirrored *= mirrored
        shown += (gloss * mirrored)[:, None] * (1 - shown)
        return np.asarray(shown)

    def _merge(
        self, box: Box, colour: np.ndarray, covered: np.ndarray, top: np.ndarray, soft: np.ndarray
    ) -> None:
        """Put the rod over what it is higher than and under the rest, by colours times opacity."""
        colours, opacity = self._colour[:, :, *box], self._opacity[:, *box]
        height = self._height[:, *box]
        above = np.clip(0.5 + (top - height) / (2 * soft), 0, 1)
        colours *= (1 - above * covered)[:, None]
        colour *= (1 - (1 - above) * opacity)[:, None]
        colours += colour
        opacity += covered * (1 - opacity)
        np.copyto(height, top, where=(covered >= 0.5) & (top > height))
