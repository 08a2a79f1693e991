"""Paints rounded rods that lie in space, each pixel showing the nearest, with shadows between."""

from dataclasses import dataclass, fields

import numpy as np

from harness.data.capsules import Capsules
from harness.data.painting import Box, View, box_of, brightness, per_image

_NOWHERE = np.float32(-1e6)  # the height of a pixel that shows no rod yet
_RELIEF = 0.8  # a little light comes from all sides
_SHADOW = 0.6  # the share of light that a rod takes from what is close below and beside it
_SHARPNESS = 18  # of the lamp's reflection
_LEAST = np.float32(1e-3)  # of lengths and radii, in units


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
    for n in range(len(background)):  # one at a time: a rod is in a small part of its own image
        row = slice(n, n + 1)
        canvas = _Canvas(background[row].shape[-2:], light[row], view.of(row), reach)
        of_image = rods.of(row)
        for k in range(len(rods.outline)):
            canvas.add(of_image, k)
        painted[n] = np.rint(255 * canvas.before(background[row]))[0]
    return painted


class _Canvas:
    """An image of rods on nothing: its colours times its opacity, the opacity, and its heights."""

    def __init__(self, size: tuple[int, ...], light: np.ndarray, view: View, reach: float) -> None:
        self._light = light.astype(np.float32)
        self._view, self._reach = view, reach
        self._colour = np.zeros((1, 3, *size), np.float32)
        self._opacity = np.zeros((1, *size), np.float32)
        self._height = np.full((1, *size), _NOWHERE)
        halfway = self._light + np.array([0, 0, 1], np.float32)
        self._halfway = halfway[0] / np.linalg.norm(halfway)

    def before(self, background: np.ndarray) -> np.ndarray:
        """Return what is painted before a background ``[1, 3, H, W]``."""
        return np.asarray(self._colour + (1 - self._opacity[:, None]) * background)

    def add(self, rods: Rods, k: int) -> None:
        """Paint rod ``k``."""
        pixel = self._view.pixel
        margin = np.maximum(pixel / 2, self._reach)
        box = box_of(rods.outline, k, margin, self._view, self._colour.shape)
        x, y = self._view.centres(box[1], 0), self._view.centres(box[0], 1)
        distance, _, _ = rods.outline.field(k, x, y, pixel / 2)
        nx, ny, axis, top = rods.surface(k, x, y)
        self._shade(box, distance, axis, nx, ny)
        covered = np.clip(0.5 - distance / per_image(pixel), 0, 1)
        covered *= per_image(rods.outline.thinness(k, pixel / 2))
        colour = self._lit(nx, ny, rods.colour[0, k], rods.gloss[0, k]) * covered[:, None]
        self._merge(box, colour, covered, top, rods.soft[0, k])

    def _shade(
        self, box: Box, distance: np.ndarray, axis: np.ndarray, nx: np.ndarray, ny: np.ndarray
    ) -> None:
        """Darken what lies below the rod's axis and not too far."""
        gap = (axis - self._height[:, *box]) / np.float32(self._reach)
        close = np.clip(1 - distance / np.float32(self._reach), 0, 1)
        away = -(nx * self._light[0, 0] + ny * self._light[0, 1]) / np.hypot(nx, ny).clip(_LEAST)
        taken = _SHADOW * close * close * np.clip(gap, 0, 1) * np.clip(3 - gap / 2, 0, 1)
        self._colour[:, :, *box] *= (1 - taken * (0.6 + 0.4 * away))[:, None]

    def _lit(self, nx: np.ndarray, ny: np.ndarray, colour: np.ndarray, gloss: float) -> np.ndarray:
        matt = brightness(nx, ny, self._light, _RELIEF)
        shown = matt * colour.astype(np.float32)[:, None, None]
        nz = np.sqrt(np.maximum(1 - nx * nx - ny * ny, 0))
        hx, hy, hz = self._halfway
        mirrored = np.clip(nx * hx + ny * hy + nz * hz, 0, 1) ** _SHARPNESS
        return np.asarray(shown + np.float32(gloss) * mirrored * (1 - shown))

    def _merge(
        self, box: Box, colour: np.ndarray, covered: np.ndarray, top: np.ndarray, soft: float
    ) -> None:
        """Put the rod over what it is higher than and under the rest, by colours times opacity."""
        colours, opacity = self._colour[:, :, *box], self._opacity[:, *box]
        height = self._height[:, *box]
        above = np.clip(0.5 + (top - height) / np.float32(2 * soft), 0, 1)
        hidden = above * covered
        colours *= (1 - hidden)[:, None]
        colours += colour * (1 - (1 - above) * opacity)[:, None]
        opacity += covered * (1 - opacity)
        solid = covered >= 0.5
        height[solid] = np.maximum(height, top)[solid]
