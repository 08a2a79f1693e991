"""Rounded rods in space, and where lines of sight meet them, for many images at once."""

from dataclasses import dataclass

import numpy as np

from harness.drawing.painting import per_image
from harness.drawing.shapes import Capsules

LEAST = np.float32(1e-3)
"""Shorter radii, in units, are taken to be as long."""


@dataclass(frozen=True, eq=False)
class Rods:
    """K balls in each of N images, each drawn out along a line while its radius changes linearly.

    Coordinates are in any unit: x to the right, y down, and a height towards the viewer. All lines
    of sight are parallel.

    Attributes:
        outline: what the rods cover of the image plane, K parts.
        height: ``[N, K, 2]`` of the axes' ends.
    """

    outline: Capsules
    height: np.ndarray

    def __len__(self) -> int:
        """Return K."""
        return len(self.outline)

    def of(self, rows: slice) -> "Rods":
        """Return the rods of some of the images."""
        return Rods(self.outline.of(rows), self.height[rows])

    def at(self, rows: np.ndarray, order: np.ndarray) -> "Rods":
        """Return rods ``order`` of images ``rows``; these indices are broadcast together."""
        line = (x[rows, order] for x in (self.outline.start, self.outline.end, self.outline.radius))
        return Rods(Capsules(*line), self.height[rows, order])

    def far_to_near(self) -> np.ndarray:
        """Return indices ``[N, K]`` that sort the rods of each image by their mean height."""
        return np.argsort(self.height.mean(2), axis=1, kind="stable")

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
        c = np.minimum(dr * dr - vx * vx - vy * vy, -LEAST * r * r)
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
        radius = np.maximum(line.radius[:, k, which], LEAST)
        columns = (place[:, 0], place[:, 1], radius, self.height[:, k, which])
        return [per_image(column) for column in columns]
