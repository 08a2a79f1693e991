"""Ellipsoids and boxes seen by parallel rays: which surface each pixel shows, and its direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

_BEHIND = np.float32(-np.inf)  # the depth of a pixel that shows nothing

Kind = Literal["ellipsoid", "box"]


@dataclass(frozen=True, eq=False)
class Solid:
    """One convex body.

    Attributes:
        kind: an ellipsoid, or a box.
        centre: ``[3]``.
        half: ``[3]``, the half axes or half sides along the body's own axes.
        turn: ``[3, 3]``, a rotation; its columns are the body's axes.
    """

    kind: Kind
    centre: np.ndarray
    half: np.ndarray
    turn: np.ndarray

    def reach(self, view: np.ndarray) -> np.ndarray:
        """Return how far it reaches from its centre along each axis of viewers, ``[..., 3]``.

        Args:
            view: ``[..., 3, 3]``, as :func:`view_from` returns it.
        """
        axes = np.abs(view @ self.turn * self.half)
        return np.asarray(axes.sum(-1) if self.kind == "box" else np.sqrt((axes**2).sum(-1)))


@dataclass(frozen=True, eq=False)
class Visible:
    """The surface that each pixel of an image shows.

    Attributes:
        normal: ``[H, W, 3]`` float32 unit vectors in the world's axes; 0 where nothing is.
        depth: ``[H, W]`` float32, larger nearer to the viewer.
    """

    normal: np.ndarray
    depth: np.ndarray


def view_from(elevation: float, azimuth: float) -> np.ndarray:
    """Return the axes of a viewer, ``[3, 3]``: rows right, up and towards the viewer.

    Args:
        elevation: above the ground's plane (the world's third axis points up), radians.
        azimuth: where the viewer stands, counter-clockwise from the world's first axis, radians.
    """
    ce, se, ca, sa = np.cos(elevation), np.sin(elevation), np.cos(azimuth), np.sin(azimuth)
    return np.array([[-sa, ca, 0.0], [-se * ca, -se * sa, ce], [ce * ca, ce * sa, se]])


def on_plane(height: float, view: np.ndarray, size: int, width: float) -> np.ndarray:
    """Return where parallel rays meet a level plane, ``[size, size, 2]`` along the ground's axes.

    Args:
        height: of the plane above the world's origin.
        view: of a viewer above the plane, as :func:`view_from` returns it.
        size: as for :func:`cast`.
        width: as for :func:`cast`.
    """
    view = view.astype(np.float32)
    across = _at(slice(0, size), size, width)
    up = -across[:, None]
    depth = (height - up * view[1, 2]) / view[2, 2]
    origins = across[:, None] * view[0, :2] + up[..., None] * view[1, :2]
    return np.asarray(origins + depth[..., None] * view[2, :2])


def cast(solids: Sequence[Solid], view: np.ndarray, size: int, width: float) -> Visible:
    """Return the surfaces that parallel rays meet first.

    Args:
        solids: the bodies; they may run into one another.
        view: as :func:`view_from` returns it; the world's origin is in the middle of the image.
        size: pixels along each side of the image.
        width: of the image in the world's unit.
    """
    visible = Visible(np.zeros((size, size, 3), np.float32), np.full((size, size), _BEHIND))
    for solid in solids:
        rows, columns = (slice(*_pixels(*span, size, width)) for span in _window(solid, view))
        centre = view @ solid.centre
        x, y = _at(columns, size, width) - centre[0], -_at(rows, size, width) - centre[1]
        near, normal = _met(solid, view, x, y)
        near += np.float32(centre[2])
        depth = visible.depth[rows, columns]
        nearer = near > depth
        depth[nearer] = near[nearer]
        visible.normal[rows, columns][nearer] = normal[nearer]
    return visible


def _window(solid: Solid, view: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the spans of a solid along the image: down, and to the right."""
    x, y, _ = view @ solid.centre
    right, up, _ = solid.reach(view)
    return (-y - up, -y + up), (x - right, x + right)


def _pixels(low: float, high: float, size: int, width: float) -> tuple[int, int]:
    first, last = ((edge / width + 0.5) * size for edge in (low, high))
    return int(np.clip(np.floor(first), 0, size)), int(np.clip(np.ceil(last), 0, size))


def _at(pixels: slice, size: int, width: float) -> np.ndarray:
    """Return where the centres of some pixels are, from the middle of the image."""
    return (((np.arange(pixels.start, pixels.stop) + 0.5) / size - 0.5) * width).astype(np.float32)


def _met(
    solid: Solid, view: np.ndarray, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the depth ``[h, w]`` where rays first meet a solid at the origin, and the normals."""
    to_own = (view @ solid.turn / solid.half).T.astype(np.float32)  # where it has a half axis of 1
    right, up, ray = to_own.T
    start = y.astype(np.float32)[:, None, None] * up + x.astype(np.float32)[:, None] * right
    with np.errstate(invalid="ignore", divide="ignore"):  # of rays that pass by, or graze
        depth, own = (_unit_ball if solid.kind == "ellipsoid" else _unit_box)(start, ray)
    normal = (own / solid.half.astype(np.float32)) @ solid.turn.T.astype(np.float32)
    length = np.sqrt((normal * normal).sum(-1, keepdims=True))
    return depth, normal / np.maximum(length, np.float32(1e-6))


def _unit_ball(start: np.ndarray, ray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = ray @ ray, start @ ray
    inside = b * b - a * ((start * start).sum(-1) - 1)
    depth = np.where(inside > 0, (np.sqrt(np.maximum(inside, 0)) - b) / a, _BEHIND)
    return depth, start + np.where(inside > 0, depth, 0)[..., None] * ray


def _unit_box(start: np.ndarray, ray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ray = np.where(np.abs(ray) < 1e-6, np.float32(1e-6), ray)
    leaving, entering = (np.sign(ray) - start) / ray, (-np.sign(ray) - start) / ray
    face = leaving.argmin(-1)
    depth = leaving.min(-1)
    own = np.eye(3, dtype=np.float32)[face] * np.sign(ray)
    return np.where(depth > entering.max(-1), depth, _BEHIND), own
