"""How a camera sees a shoe: points in space in the image, and which of them are in front."""

from dataclasses import dataclass

import numpy as np

_FILLED = 0.84  # of the image, by the shoe


@dataclass(frozen=True)
class Camera:
    """A camera without perspective, and where in the image the shoe is.

    Attributes:
        yaw: by how much the toes are turned to the camera, radians.
        elevation: of the camera above the ground, radians.
        scale: pixels of a foot's length.
        origin: pixels of x and y of the point ``(0, 0)`` of a view.
    """

    yaw: float
    elevation: float
    scale: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Return x and y in pixels and the nearness in foot lengths, ``[..., 3]``."""
        x, y, z = points[..., 0] - 0.5, points[..., 1], points[..., 2]
        right = x * np.cos(self.yaw) + z * np.sin(self.yaw)
        near = -x * np.sin(self.yaw) + z * np.cos(self.yaw)
        up = y * np.cos(self.elevation) - near * np.sin(self.elevation)
        near = near * np.cos(self.elevation) + y * np.sin(self.elevation)
        at = self.scale * right + self.origin[0], self.origin[1] - self.scale * up
        return np.stack([*at, near], axis=-1)

    def turned(self, normals: np.ndarray) -> np.ndarray:
        """Return directions as the camera sees them: right, down and nearer."""
        view = Camera(self.yaw, self.elevation).project(normals + np.array([0.5, 0, 0]))
        return np.asarray(view)

    def around(self, points: np.ndarray, side: int) -> "Camera":
        """Return the camera that sees points ``[N, 3]`` in the middle of an image of a side."""
        seen = Camera(self.yaw, self.elevation).project(points)[:, :2]
        low, high = seen.min(0), seen.max(0)
        scale = _FILLED * side / max(float((high - low).max()), 0.8)
        x, y = side / 2 - scale * (low + high) / 2
        return Camera(self.yaw, self.elevation, scale, (float(x), float(y)))


@dataclass(frozen=True, eq=False)
class Canvas:
    """What is nearest in each pixel.

    Attributes:
        colour: ``[side, side, 3]`` in [0, 1].
        near: ``[side, side]``, nearness; minus infinity where nothing is.
    """

    colour: np.ndarray
    near: np.ndarray

    @classmethod
    def empty(cls, side: int) -> "Canvas":
        """Return one on which nothing is."""
        return cls(np.ones((side, side, 3), np.float32), np.full((side, side), -np.inf, np.float32))

    def put(self, seen: np.ndarray, colour: np.ndarray, width: int) -> None:
        """Put points, each ``width`` pixels wide; the nearest stay.

        Args:
            seen: ``[N, 3]`` as ``Camera.project`` returns them.
            colour: ``[N, 3]``.
            width: pixels.
        """
        side = len(self.near)
        order = np.argsort(seen[:, 2], kind="stable")
        column, row = np.floor(seen[order, :2] - (width - 1) / 2).astype(np.int64).T
        nearest = np.full(side * side, -1)  # places in ``order``
        for down, right in np.ndindex(width, width):
            x, y = column + right, row + down
            inside = np.flatnonzero((x >= 0) & (x < side) & (y >= 0) & (y < side))
            np.maximum.at(nearest, y[inside] * side + x[inside], inside)
        hit = np.flatnonzero(nearest >= 0)
        point, flat = order[nearest[hit]], self.near.reshape(-1)
        front = seen[point, 2] > flat[hit]
        flat[hit[front]] = seen[point[front], 2]
        self.colour.reshape(-1, 3)[hit[front]] = colour[point[front]]
