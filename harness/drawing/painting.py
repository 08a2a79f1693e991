"""Paints surfaces made of capsules or ellipses over one another, anti-aliased and shaded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.drawing.shapes import Shape

_FAR = np.float32(1e6)  # farther than any pixel; no infinity, as differences of two are taken
_AMBIENT = np.float32(0.3)  # the light on a surface that is turned away from the lamp
_AT_ONCE = 2**18  # pixels painted at once, so that their distances stay in the processor's cache

Box = tuple[slice, slice]
"""Rows and columns of the canvas."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One surface of one colour in each of N images.

    Attributes:
        shape: its parts; they make one outline.
        colour: ``[N, C]`` in [0, 1], where the light falls straight on it.
        opacity: ``[N]`` in [0, 1].
        blend: over how far each part runs smoothly into those before it, in the shape's unit; 0
            for a plain union. One number a part, or none for all 0.
        soft: over how far the outline fades, in the shape's unit; a pixel is the least.
        relief: how round it looks: 0 is flat, at 1 its brightness is that of the lit round body.
    """

    shape: Shape
    colour: np.ndarray
    opacity: np.ndarray
    blend: tuple[float, ...] = ()
    soft: float = 0.0
    relief: float = 0.0

    def of(self, rows: slice) -> "Layer":
        """Return the layer of some of the images."""
        return replace(
            self,
            shape=self.shape.of(rows),
            colour=self.colour[rows].astype(np.float32),
            opacity=self.opacity[rows],
        )


@dataclass(frozen=True, eq=False)
class View:
    """Where the shapes' coordinates are in the images, whose pixels are squares of side 1.

    The pixel in row i and column j has its centre at ``x = j + 0.5``, ``y = i + 0.5``.

    Attributes:
        scale: ``[N, 2]`` pixels in the shapes' unit along x and y, not far from equal.
        origin: ``[N, 2]`` x and y of the shapes' ``(0, 0)``.
    """

    scale: np.ndarray
    origin: np.ndarray

    def of(self, rows: slice) -> "View":
        """Return the view of some of the images."""
        return View(self.scale[rows], self.origin[rows])

    @property
    def pixel(self) -> np.ndarray:
        """The side of a pixel in the shapes' unit, ``[N]``; the geometric mean of both sides."""
        return np.asarray(1 / np.sqrt(self.scale.prod(1)))

    def centres(self, part: slice, axis: int) -> np.ndarray:
        """Return where some columns (axis 0) or rows (1) are in the shapes' unit, ``[N, M]``."""
        pixels = np.arange(part.start, part.stop) + 0.5
        return np.asarray((pixels - self.origin[:, axis, None]) / self.scale[:, axis, None])


def paint(
    background: np.ndarray, layers: Sequence[Layer], light: np.ndarray, view: View
) -> np.ndarray:
    """Return images of layers painted over a background, the first layer at the back.

    A pixel takes ``clamp(0.5 - d / width, 0, 1)`` of a layer's colour, ``d`` being the signed
    distance of its centre from the outline and ``width`` that over which the outline fades. What
    is thinner than a pixel is painted a pixel wide and as much fainter. An image depends on its own
    row of the arrays alone.

    Args:
        background: ``[N, C, H, W]`` float32 in [0, 1]; may be a broadcast view.
        layers: what is painted, for the same N images.
        light: ``[N, 3]`` unit vectors to the lamp: right, down, towards the viewer.
        view: where the layers' shapes are in the images.

    Returns:
        ``[N, C, H, W]`` uint8.
    """
    painted = np.empty(background.shape, np.uint8)
    for rows in portions(background.shape, _AT_ONCE):
        canvas = background[rows].astype(np.float32)
        for layer in layers:
            _add(canvas, layer.of(rows), light[rows].astype(np.float32), view.of(rows))
        canvas *= 255
        painted[rows] = np.rint(canvas, out=canvas)
    return painted


def portions(shape: tuple[int, ...], pixels: int) -> Iterator[slice]:
    """Yield the rows of images ``[N, ..., H, W]`` to be painted at once, about so many pixels."""
    at_once = max(1, pixels // (shape[-2] * shape[-1]))
    return (slice(start, start + at_once) for start in range(0, shape[0], at_once))


def _add(canvas: np.ndarray, layer: Layer, light: np.ndarray, view: View) -> None:
    """Paint a layer on a canvas ``[n, C, H, W]`` in place."""
    width = np.maximum(layer.soft, view.pixel)
    # Beyond this from a part nothing of it is seen, nor does it change how others blend.
    margin = width / 2 + 2 * max(layer.blend, default=0)
    boxes = [box_of(layer.shape, k, margin, view, canvas.shape) for k in range(len(layer.shape))]
    window = _around(boxes)
    distance, (brightness, thinness) = _surface(layer, boxes, window, light, view)
    distance /= per_image(-width)
    distance += np.float32(0.5)
    covered = np.clip(distance, 0, 1, out=distance)
    covered *= thinness * per_image(layer.opacity)
    for c in range(canvas.shape[1]):
        below = canvas[:, c, window[0], window[1]]
        difference = brightness * layer.colour[:, c, None, None] - below
        difference *= covered
        below += difference


def _surface(
    layer: Layer, boxes: list[Box], window: Box, light: np.ndarray, view: View
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a layer's signed distance, brightness and thinness ``[n, h, w]`` in a window.

    Parts are joined by the polynomial smooth minimum of their distances; brightness and thinness
    are mixed with its weights. These are 0 and 1 away from the joints, where the sums below are
    exact, so that a part's box, which depends on what is painted together, changes nothing.
    """
    size = (len(light), *(side.stop - side.start for side in window))
    nearest = np.full(size, _FAR)
    mixed = [np.zeros(size, np.float32) for _ in range(2)]
    blends = layer.blend or (0.0,) * len(boxes)
    for k, (box, over) in enumerate(zip(boxes, blends, strict=True)):
        blend = per_image(np.maximum(over, 1e-3 * view.pixel))
        here = (slice(None), *(_shifted(s, w.start) for s, w in zip(box, window, strict=True)))
        x, y = view.centres(box[1], 0), view.centres(box[0], 1)
        distance, nx, ny = layer.shape.field(k, x, y, view.pixel / 2)
        joined = nearest[here]
        # From twice the blend on the weight is 1 exactly, not but for rounding.
        np.minimum(joined, distance + 2 * blend, out=joined)
        distance -= joined  # from here on: how much nearer this part is
        weight = np.clip(0.5 - distance / (2 * blend), 0, 1)
        joined += weight * distance
        joined -= blend * weight * (1 - weight)
        thinness = per_image(layer.shape.thinness(k, view.pixel / 2))
        for field, of_part in zip(
            mixed, (brightness(nx, ny, light, layer.relief), thinness), strict=True
        ):
            field[here] = field[here] * (1 - weight) + of_part * weight
    return nearest, mixed


def brightness(
    nx: np.ndarray, ny: np.ndarray, light: np.ndarray, relief: float
) -> np.ndarray | np.float32:
    """Return the brightness in [0, 1] of a matt surface with the normal's x and y."""
    if relief == 0:
        return np.float32(1)
    right, down, nearer = light.T[:, :, None, None]
    lit = np.sqrt(np.maximum(1 - nx * nx - ny * ny, 0))
    lit *= nearer
    lit += nx * right
    lit += ny * down
    np.clip(lit, 0, 1, out=lit)
    lit *= relief * (1 - _AMBIENT)
    lit += 1 - relief * (1 - _AMBIENT)
    return np.asarray(lit)


def box_of(shape: Shape, k: int, margin: np.ndarray, view: View, canvas: tuple[int, ...]) -> Box:
    """Return the part of the canvas in which part ``k`` lies in any image."""
    least, most = shape.box(k)
    first = np.floor((least - margin[:, None]) * view.scale + view.origin - 0.5).min(0)
    last = np.ceil((most + margin[:, None]) * view.scale + view.origin - 0.5).max(0) + 1
    height, width = canvas[-2:]
    columns, rows = (
        slice(int(np.clip(a, 0, side)), int(np.clip(b, 0, side)))
        for a, b, side in zip(first, last, (width, height), strict=True)
    )
    return rows, columns


def _around(boxes: list[Box]) -> Box:
    rows, columns = (
        slice(min(side.start for side in sides), max(side.stop for side in sides))
        for sides in zip(*boxes, strict=True)
    )
    return rows, columns


def _shifted(part: slice, by: int) -> slice:
    return slice(part.start - by, part.stop - by)


def per_image(values: np.ndarray) -> np.ndarray:
    """Return ``[n]`` as ``[n, 1, 1]`` float32."""
    return values.astype(np.float32)[:, None, None]
