"""``glyphs``: ten procedural classes of pen strokes, a counterpart of MNIST with known factors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from harness import keyed_random
from harness.data.dataset import Dataset, SplitName
from harness.data.obscured import ObscuredOptions, with_boxes
from harness.data.options import Arrays, ProceduralOptions
from harness.datasets.glyphs.strokes import MAX_POINTS, SHAPES, stroke_matrices
from harness.drawing.vectors import matrices

SIZE = 28
"""Height and width of an image, pixels."""
AFFINE_FACTORS = ("rotation", "tx", "ty", "log_sx", "log_sy", "shear")
"""The factors that place a glyph; all are 0 in its canonical image."""

_HEIGHT = 20.0  # of a glyph without affine map, pixels, as in MNIST
_SOFT_EDGE = 1.3  # pixels over which a stroke's edge fades
_JITTER = 0.022  # standard deviation of a control point, in heights
_CHUNK = 64  # images rendered at once; their distances stay in the processor's cache

Factors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class GlyphsOptions(ObscuredOptions, ProceduralOptions):
    """Procedural 28x28 digit-like strokes with nine known factors.

    Attributes:
        n_train: training images; MNIST has 60,000.
        n_test: test images; MNIST has 10,000.
    """

    name: ClassVar[str] = "glyphs"
    published_epochs: ClassVar[int] = 2000  # VITAE's MNIST setting, which glyphs stand in for
    published_batch_size: ClassVar[int] = 512
    identity_factor: ClassVar[str] = "label"
    appearance_factors: ClassVar[tuple[str, ...]] = ("label", "stroke_width", "slant")
    pose_factors: ClassVar[tuple[str, ...]] = AFFINE_FACTORS
    beside: ClassVar[tuple[str, ...]] = ("obscured", "mask_seed")

    n_train: Annotated[int, Ge(1)] = 5000

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return 1, SIZE, SIZE

    def load(self, data_root: Path | None) -> Dataset:
        """Return the glyphs, drawn once and cached, with the boxes that are asked for."""
        return with_boxes(super().load(data_root), self)

    def draw_factors(self, split: SplitName, n: int) -> Arrays:
        """Return class, width, slant and affine map; see :func:`draw_factors`."""
        return draw_factors(split, n, self.seed)

    def chunks(self, split: SplitName, factors: Factors) -> Iterator[np.ndarray]:
        """Yield all images at once: their control points' jitter belongs to the split's order."""
        yield render(factors, draw_jitter(split, len(factors["label"]), self.seed))


def draw_factors(split: SplitName, n: int, seed: int = 0, start: int = 0) -> dict[str, np.ndarray]:
    """Return the factors of the images ``start .. start + n - 1``, each ``[n]``.

    ``label`` 0-9 (int64) and, in float32: ``stroke_width`` in pixels, U(2, 3.6); ``slant``, the
    lean to the right of the glyph itself, U(-0.1, 0.4); ``rotation`` in degrees clockwise,
    U(-20, 20); ``tx`` and ``ty`` in widths to the right and down, U(-0.1, 0.1); ``log_sx`` and
    ``log_sy``, N(0, 0.08); ``shear``, U(-0.2, 0.2). The ranges of rotation and translation are
    those of VITAE's augmentation of MNIST.
    """
    from scipy.special import ndtri

    u = keyed_random.uniforms(f"glyphs/factors/{split}/{seed}", n, 9, start).T
    factors = {
        "stroke_width": 2.0 + 1.6 * u[1],
        "slant": -0.1 + 0.5 * u[2],
        "rotation": 20.0 * (2 * u[3] - 1),
        "tx": 0.1 * (2 * u[4] - 1),
        "ty": 0.1 * (2 * u[5] - 1),
        "log_sx": 0.08 * ndtri(u[6]),
        "log_sy": 0.08 * ndtri(u[7]),
        "shear": 0.2 * (2 * u[8] - 1),
    }
    label = (u[0] * len(SHAPES)).astype(np.int64)
    return {"label": label, **{name: drawn.astype(np.float32) for name, drawn in factors.items()}}


def draw_jitter(split: SplitName, n: int, seed: int = 0, start: int = 0) -> np.ndarray:
    """Return the displacements ``[n, MAX_POINTS, 2]`` of the images' control points, in heights."""
    from scipy.special import ndtri

    drawn = keyed_random.uniforms(f"glyphs/jitter/{split}/{seed}", n, 2 * MAX_POINTS, start)
    return np.asarray(_JITTER * ndtri(drawn)).reshape(n, MAX_POINTS, 2)


def canonical(factors: Factors) -> dict[str, np.ndarray]:
    """Return the factors with the identity as affine map; label, width and slant stay."""
    return {
        name: np.zeros_like(values) if name in AFFINE_FACTORS else values
        for name, values in factors.items()
    }


def render(factors: Factors, jitter: np.ndarray | None = None) -> np.ndarray:
    """Draw glyphs.

    The affine map ``R(rotation) [[1, shear], [0, 1]] diag(exp(log_sx), exp(log_sy))`` about the
    image's centre, then the translation (VITAE, equation 2), moves the control points and not the
    pixels, so nothing is resampled and the pen's width stays.

    Args:
        factors: as :func:`draw_factors` returns them, each ``[N]``.
        jitter: as :func:`draw_jitter` returns it, for the same images; None for none.

    Returns:
        ``[N, 1, 28, 28]`` uint8.
    """
    label = factors["label"]
    images = np.empty((len(label), 1, SIZE, SIZE), np.uint8)
    placement, shift = _placement(factors)
    for k, shape in enumerate(SHAPES):
        for rows in _chunks(np.flatnonzero(label == k)):
            points = np.broadcast_to(shape.points, (len(rows), *shape.points.shape))
            if jitter is not None:
                points = points + jitter[rows, : len(shape.x)]
            pixels = (points - 0.5) @ placement[rows].transpose(0, 2, 1) + shift[rows, None]
            strokes = [(matrix @ pixels).astype(np.float32) for matrix in stroke_matrices(k)]
            images[rows, 0] = _ink(strokes, factors["stroke_width"][rows])
    return images


def _placement(factors: Factors) -> tuple[np.ndarray, np.ndarray]:
    """Return the map ``[N, 2, 2]`` and the shift ``[N, 2]`` from the unit square to pixels."""
    known = {name: np.asarray(drawn, np.float64) for name, drawn in factors.items()}
    sx, sy = np.exp(known["log_sx"]), np.exp(known["log_sy"])
    # The glyph leans first (x -> x - slant * y, as y points down), then comes the affine map.
    scaled = matrices((sx, -known["slant"] * sx), (0 * sy, sy))
    sheared = matrices((1 + 0 * sx, known["shear"]), (0 * sx, 1 + 0 * sx))
    angle = np.deg2rad(known["rotation"])
    rotated = matrices((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle)))
    shift = (SIZE - 1) / 2 + SIZE * np.stack([known["tx"], known["ty"]], axis=-1)
    return _HEIGHT * rotated @ sheared @ scaled, shift


def _chunks(rows: np.ndarray) -> Iterator[np.ndarray]:
    return (rows[i : i + _CHUNK] for i in range(0, len(rows), _CHUNK))


def _ink(strokes: list[np.ndarray], width: np.ndarray) -> np.ndarray:
    """Return images ``[n, 28, 28]`` uint8 of polylines ``[n, P, 2]`` drawn ``width`` ``[n]`` wide.

    The distance to a stroke is the smallest of the distances to its straight pieces; the ink
    fades linearly over ``_SOFT_EDGE`` pixels at the edge.
    """
    nearest = np.full((len(width), SIZE, SIZE), np.inf, np.float32)
    for stroke in strokes:
        for piece in range(stroke.shape[1] - 1):
            squared = _squared_distance(stroke[:, piece], stroke[:, piece + 1])
            np.minimum(nearest, squared, out=nearest)
    edge = np.sqrt(nearest, out=nearest) - width[:, None, None] / 2
    return np.rint(255 * np.clip(0.5 - edge / _SOFT_EDGE, 0, 1)).astype(np.uint8)


def _squared_distance(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the squared distance of every pixel to segments ``[n, 2]``, ``[n, 28, 28]``."""
    pixel = np.arange(SIZE, dtype=np.float32)
    length = np.hypot(*(end - start).T)[:, None]
    # A piece shorter than this would have no direction; it is drawn as the dot that it is.
    direction = (end - start) / np.maximum(length, np.float32(1e-6))
    dx = pixel - (start + end)[:, :1] / 2
    dy = pixel - (start + end)[:, 1:] / 2
    ux, uy = direction[:, :1], direction[:, 1:]
    along = (dy * uy)[:, :, None] + (dx * ux)[:, None, :]
    across = (dy * ux)[:, :, None] - (dx * uy)[:, None, :]
    beyond: np.ndarray = np.abs(along)
    beyond -= length[:, :, None] / 2
    np.maximum(beyond, 0, out=beyond)
    beyond *= beyond
    across *= across
    beyond += across
    return beyond
