"""Capsules and ellipses: signed distances and surface normals, for many images at once."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

Field = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Signed distance (negative inside) and the normal's x and y, each ``[N, h, w]`` float32."""

_TINY = np.float32(1e-8)


class Shape(Protocol):
    """K parts of one surface in each of N images, in any unit; x points right and y down."""

    def __len__(self) -> int:
        """Return K."""

    def of(self, rows: slice) -> Self:
        """Return the surface of some of the images."""

    def box(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the greatest corner of part ``k``, each ``[N, 2]``."""

    def thinness(self, k: int, least: np.ndarray) -> np.ndarray:
        """Return the share ``[N]`` in (0, 1] of part ``k``'s width in that of :meth:`field`."""

    def field(self, k: int, x: np.ndarray, y: np.ndarray, least: np.ndarray) -> Field:
        """Return the field of part ``k``.

        The normal is that of the rounded body whose outline is the part; outside of it the values
        go on beyond length 1.

        Args:
            k: which part.
            x: ``[N, w]`` positions of columns.
            y: ``[N, h]`` positions of rows.
            least: ``[N]``; a part thinner than that, as a radius, is taken to be as thick.
        """


@dataclass(frozen=True, eq=False)
class Capsules:
    """Segments with a radius that changes linearly from one end to the other.

    The distance is the one to the nearest point of the axis less the radius there, which is exact
    for equal radii and close to it for tapered ones.

    Attributes:
        start: ``[N, K, 2]`` x and y of one end of the axes.
        end: ``[N, K, 2]`` of the other.
        radius: ``[N, K, 2]`` at either end, at least 0.
    """

    start: np.ndarray
    end: np.ndarray
    radius: np.ndarray

    def __len__(self) -> int:
        return int(self.start.shape[1])

    def of(self, rows: slice) -> "Capsules":
        """See :meth:`Shape.of`."""
        return Capsules(self.start[rows], self.end[rows], self.radius[rows])

    def box(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """See :meth:`Shape.box`."""
        ends = np.stack([self.start[:, k], self.end[:, k]])
        radius = self.radius[:, k].T[:, :, None]
        return (ends - radius).min(0), (ends + radius).max(0)

    def thinness(self, k: int, least: np.ndarray) -> np.ndarray:
        """See :meth:`Shape.thinness`."""
        mean = self.radius[:, k].mean(1)
        return np.asarray(mean / np.maximum(self.radius[:, k], least[:, None]).mean(1))

    def field(self, k: int, x: np.ndarray, y: np.ndarray, least: np.ndarray) -> Field:
        """See :meth:`Shape.field`."""
        ax, ay = _columns(self.start[:, k])
        axis = self.end[:, k] - self.start[:, k]
        length = np.hypot(axis[:, 0], axis[:, 1])
        # An axis shorter than this would have no direction; the capsule is the disc that it is.
        ux, uy = _columns(axis / np.maximum(length, 1e-6)[:, None])
        radius = np.maximum(self.radius[:, k], least[:, None])
        slopes = (radius[:, 1] - radius[:, 0]) / np.maximum(length, 1e-6)
        first, slope, whole = _columns(np.stack([radius[:, 0], slopes, length], axis=-1))
        dx, dy = _grid(x, y)
        dx, dy = dx - ax, dy - ay
        along = dx * ux + dy * uy
        np.clip(along, 0, whole, out=along)
        ex, ey = along * -ux, along * -uy
        ex += dx
        ey += dy
        here = along  # its memory is reused: the axis position is no longer needed
        here *= slope
        here += first
        distance = np.sqrt(ex * ex + ey * ey)
        distance -= here
        ex /= here
        ey /= here
        return distance, ex, ey


@dataclass(frozen=True, eq=False)
class Ellipses:
    """Upright ellipses, with the distance that is exact to first order at the outline.

    Attributes:
        centre: ``[N, K, 2]`` x and y.
        radii: ``[N, K, 2]`` half axes along x and y, at least 0.
    """

    centre: np.ndarray
    radii: np.ndarray

    def __len__(self) -> int:
        return int(self.centre.shape[1])

    def of(self, rows: slice) -> "Ellipses":
        """See :meth:`Shape.of`."""
        return Ellipses(self.centre[rows], self.radii[rows])

    def box(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """See :meth:`Shape.box`."""
        return self.centre[:, k] - self.radii[:, k], self.centre[:, k] + self.radii[:, k]

    def thinness(self, k: int, least: np.ndarray) -> np.ndarray:
        """See :meth:`Shape.thinness`."""
        return np.asarray(
            np.prod(self.radii[:, k] / np.maximum(self.radii[:, k], least[:, None]), axis=1)
        )

    def field(self, k: int, x: np.ndarray, y: np.ndarray, least: np.ndarray) -> Field:
        """See :meth:`Shape.field`."""
        cx, cy = _columns(self.centre[:, k])
        rx, ry = _columns(np.maximum(self.radii[:, k], least[:, None]))
        dx, dy = _grid(x, y)
        u, v = np.broadcast_arrays((dx - cx) / rx, (dy - cy) / ry)
        # Neither root is 0 at the centre, where the distance is minus the smaller half axis.
        size = np.sqrt(u * u + v * v + _TINY)
        steepness = np.sqrt((u / rx) ** 2 + (v / ry) ** 2 + _TINY / np.minimum(rx, ry) ** 2)
        return (size - 1) * size / steepness, u, v


def join(*parts: Capsules) -> Capsules:
    """Return all the capsules of several surfaces, in their order."""
    start, end, radius = (
        np.concatenate([getattr(part, name) for part in parts], axis=1)
        for name in ("start", "end", "radius")
    )
    return Capsules(start, end, radius)


def polyline(points: np.ndarray, radius: np.ndarray) -> Capsules:
    """Return capsules along ``points`` ``[N, P, 2]`` with the radii ``[N, P]`` there."""
    radii = np.stack([radius[:, :-1], radius[:, 1:]], axis=-1)
    return Capsules(points[:, :-1], points[:, 1:], radii)


def _columns(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the columns of ``[N, M]`` as ``[N, 1, 1]`` float32."""
    return tuple(column.astype(np.float32)[:, None, None] for column in values.T)


def _grid(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return columns ``[N, 1, w]`` and rows ``[N, h, 1]``, float32."""
    return x.astype(np.float32)[:, None, :], y.astype(np.float32)[:, :, None]
