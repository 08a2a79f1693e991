"""The ten glyph classes: control points in the unit square and the strokes drawn through them."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

_PIECES_PER_SPAN = 4  # straight pieces between two control points of a curve


@dataclass(frozen=True)
class Stroke:
    """One line of the pen.

    Attributes:
        kind: ``line`` joins its points straight, ``curve`` runs smoothly through them (Catmull-Rom
            spline), ``loop`` is a curve that returns to its first point.
        through: indices of the glyph's control points, in order.
    """

    kind: Literal["line", "curve", "loop"]
    through: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Shape:
    """A class of glyphs.

    Attributes:
        x: the control points from left to right, in [0, 1].
        y: the same from top to bottom.
        strokes: what is drawn through them. Strokes that share a point stay joined there however
            the points are moved.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    strokes: tuple[Stroke, ...]

    @property
    def points(self) -> np.ndarray:
        """The control points, ``[K, 2]``."""
        return np.stack([self.x, self.y], axis=-1)


SHAPES: tuple[Shape, ...] = (
    Shape(  # 0
        x=(0.5, 0.24, 0.16, 0.24, 0.5, 0.76, 0.84, 0.76),
        y=(0, 0.14, 0.5, 0.86, 1, 0.86, 0.5, 0.14),
        strokes=(Stroke("loop", (0, 1, 2, 3, 4, 5, 6, 7)),),
    ),
    Shape(  # 1
        x=(0.3, 0.54, 0.54),
        y=(0.24, 0, 1),
        strokes=(Stroke("line", (0, 1, 2)),),
    ),
    Shape(  # 2
        x=(0.2, 0.3, 0.54, 0.76, 0.78, 0.58, 0.18, 0.84),
        y=(0.26, 0.06, 0, 0.12, 0.34, 0.62, 1, 0.98),
        strokes=(Stroke("curve", (0, 1, 2, 3, 4, 5, 6)), Stroke("line", (6, 7))),
    ),
    Shape(  # 3
        x=(0.2, 0.48, 0.74, 0.7, 0.42, 0.74, 0.8, 0.52, 0.18),
        y=(0.1, 0, 0.12, 0.36, 0.47, 0.58, 0.82, 1, 0.9),
        strokes=(Stroke("curve", (0, 1, 2, 3, 4)), Stroke("curve", (4, 5, 6, 7, 8))),
    ),
    Shape(  # 4
        x=(0.3, 0.16, 0.86, 0.72, 0.66),
        y=(0, 0.56, 0.56, 0.1, 1),
        strokes=(Stroke("line", (0, 1, 2)), Stroke("line", (3, 4))),
    ),
    Shape(  # 5
        x=(0.8, 0.3, 0.26, 0.54, 0.78, 0.76, 0.48, 0.2),
        y=(0, 0.02, 0.44, 0.38, 0.54, 0.84, 1, 0.9),
        strokes=(Stroke("line", (0, 1, 2)), Stroke("curve", (2, 3, 4, 5, 6, 7))),
    ),
    Shape(  # 6
        x=(0.66, 0.4, 0.24, 0.26, 0.5, 0.74, 0.7, 0.48, 0.28),
        y=(0, 0.2, 0.54, 0.86, 1, 0.86, 0.6, 0.5, 0.66),
        strokes=(Stroke("curve", (0, 1, 2, 3, 4, 5, 6, 7, 8)),),
    ),
    Shape(  # 7
        x=(0.16, 0.82, 0.58, 0.42),
        y=(0.04, 0.02, 0.46, 1),
        strokes=(Stroke("line", (0, 1)), Stroke("curve", (1, 2, 3))),
    ),
    Shape(  # 8
        x=(0.5, 0.26, 0.5, 0.74, 0.22, 0.5, 0.78),
        y=(0.46, 0.24, 0, 0.24, 0.74, 1, 0.74),
        strokes=(Stroke("loop", (0, 1, 2, 3, 0, 4, 5, 6)),),
    ),
    Shape(  # 9
        x=(0.74, 0.5, 0.26, 0.22, 0.44, 0.7, 0.74, 0.66),
        y=(0.2, 0, 0.1, 0.36, 0.5, 0.38, 0.6, 1),
        strokes=(Stroke("loop", (0, 1, 2, 3, 4, 5)), Stroke("curve", (0, 6, 7))),
    ),
)

MAX_POINTS = max(len(shape.x) for shape in SHAPES)


@cache
def stroke_matrices(label: int) -> tuple[np.ndarray, ...]:
    """Return the matrices that turn a class's control points into its strokes' polylines.

    A stroke is linear in its control points, so one matrix draws it for any number of glyphs at
    once: ``[P, K] @ [N, K, 2] -> [N, P, 2]``.
    """
    shape = SHAPES[label]
    each_point = np.eye(len(shape.x))
    return tuple(_along(stroke.kind, each_point[list(stroke.through)]) for stroke in shape.strokes)


def _along(kind: Literal["line", "curve", "loop"], points: np.ndarray) -> np.ndarray:
    """Return the polyline ``[P, K]`` of a stroke through ``points`` ``[M, K]``."""
    if kind == "line":
        return points
    if kind == "loop":
        padded = np.vstack([points[-1:], points, points[:2]])
    else:  # beyond its ends a curve goes on straight
        padded = np.vstack([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.arange(_PIECES_PER_SPAN)[:, None] / _PIECES_PER_SPAN
    catmull_rom = 0.5 * np.hstack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    )
    spans = [catmull_rom @ padded[i : i + 4] for i in range(len(padded) - 3)]
    return np.vstack([*spans, padded[-2:-1]])
