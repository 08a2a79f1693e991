"""The photographs of ``shoes``: one shoe on white ground, lit, with its shadow."""

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from harness.datasets.shoes import looks
from harness.datasets.shoes.form import Shoe
from harness.datasets.shoes.looks import COLOURS, LINING, SOLES
from harness.datasets.shoes.parts import LACE, material_at
from harness.datasets.shoes.view import Camera, Canvas

_FINER = {64: 2, 224: 2}  # pixels drawn a pixel of the image, along each side
_WIDE = 3  # of these pixels is a point, so that a surface has no holes
_PAPER = 0.985
_SOLE_FINISH = (0.08, 10.0)

Surface = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Points ``[R, C, 3]`` and their two coordinates ``[R, C]`` on the surface."""


def render(factors: Mapping[str, np.ndarray], side: int) -> np.ndarray:
    """Draw photographs.

    Args:
        factors: as ``factors.draw_factors`` returns them, ``[N]`` each.
        side: height and width of an image, 64 or 224 pixels.

    Returns:
        ``[N, 3, side, side]`` uint8.
    """
    n = len(factors["kind"])
    photographs = [_photograph(factors, row, side) for row in range(n)]
    return np.stack(photographs) if n else np.empty((0, 3, side, side), np.uint8)


def camera_of(shoe: Shoe, factors: Mapping[str, np.ndarray], row: int, side: int) -> Camera:
    """Return the camera of one row, which has the shoe in the middle of the image."""
    away = Camera(float(factors["yaw"][row]), float(factors["elevation"][row]))
    h, a = _grid(12, 48)
    around = [shoe.upper(h, a), shoe.bottom(h, a)]
    return away.around(np.concatenate([points.reshape(-1, 3) for points in around]), side)


def solid(shoe: Shoe, camera: Camera, side: int) -> Canvas:
    """Return a shoe as it is without colours; for outlines, and for what hides what."""
    canvas = Canvas.empty(side)
    for points, _, _ in surfaces(shoe, side).values():
        seen = camera.project(points.reshape(-1, 3))
        canvas.put(seen, np.zeros_like(seen), _WIDE)
    return canvas


def surfaces(shoe: Shoe, side: int) -> dict[str, Surface]:
    """Return the surfaces of a shoe, with enough points for an image of a side."""
    fine = _grid(int(0.5 * side), int(1.2 * side))
    coarse = _grid(int(0.16 * side), int(1.2 * side))
    made = {
        "upper": (shoe.upper(*fine), *fine),
        "inside": (shoe.inside(*coarse), *coarse),
        "sole": (shoe.bottom(*coarse), *coarse),
    }
    if shoe.on_a_block:
        block = _grid(int(0.35 * side), int(0.5 * side))
        made["block"] = (shoe.block(*block), *block)
    return made


def _grid(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    across, around = np.linspace(0, 1, rows), np.linspace(0, 2 * np.pi, columns, endpoint=False)
    h, a = np.meshgrid(across, around, indexing="ij")
    return h, a


def _photograph(factors: Mapping[str, np.ndarray], row: int, side: int) -> np.ndarray:
    finer = _FINER[side]
    wide = finer * side
    shoe = Shoe.of(factors, row)
    camera = camera_of(shoe, factors, row, wide)
    light = looks.light_from(float(factors["light"][row]))
    canvas = Canvas.empty(wide)
    for name, surface in surfaces(shoe, wide).items():
        points, across, _ = surface
        normals = _normals(points, camera)
        outside = normals[..., 2:] > 0
        gloss, sharp = _SOLE_FINISH
        if name == "upper":
            gloss, sharp = looks.finish(int(factors["material"][row]))
            colour = np.where(outside, _upper_colours(factors, row, shoe, surface), 0.75 * LINING)
        elif name == "inside":
            colour = np.broadcast_to(LINING, points.shape)
        else:
            colour = _sole_colours(factors, row, across)
        facing = np.where(outside, normals, -normals).reshape(-1, 3)
        lit = looks.shaded(colour.reshape(-1, 3), facing, light, gloss, sharp)
        canvas.put(camera.project(points.reshape(-1, 3)), lit, _WIDE)
    image = _on_paper(canvas, shoe, camera, light)
    small = image.reshape(side, finer, side, finer, 3).mean((1, 3))
    return np.asarray(np.rint(255 * small.clip(0, 1)), np.uint8).transpose(2, 0, 1)


def _normals(points: np.ndarray, camera: Camera) -> np.ndarray:
    """Return unit normals as the camera sees them; the surface's outside is towards them."""
    down = np.gradient(points, axis=0)
    around = np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)
    normals = np.cross(down, around)
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    return camera.turned(normals)


def _sole_colours(factors: Mapping[str, np.ndarray], row: int, v: np.ndarray) -> np.ndarray:
    """Return the colours of the side of a sole, with a dark line around it, or of a heel."""
    line = np.where(np.abs(v - 0.35) < 0.05, 0.8, 1.0)
    return np.asarray(SOLES[int(factors["sole_colour"][row])] * line[..., None])


def _upper_colours(
    factors: Mapping[str, np.ndarray], row: int, shoe: Shoe, surface: Surface
) -> np.ndarray:
    """Return the colours of what the upper is sewn of, darker along the seams."""
    points, h, a = surface
    material = int(factors["material"][row])
    made_of = material_at(shoe, int(factors["seams"][row]), h, a, points[..., 0])
    body, accent = (COLOURS[int(factors[key][row])] for key in ("colour", "accent"))
    lace = np.array([0.9, 0.9, 0.88]) if accent.mean() < 0.5 else np.array([0.2, 0.2, 0.22])
    colour = np.array([body, accent, lace])[made_of]
    edge = np.abs(np.diff(made_of, axis=0, prepend=made_of[:1])) > 0
    edge |= np.abs(np.diff(made_of, axis=1, append=made_of[:, :1])) > 0
    stitched = np.where(ndimage.binary_dilation(edge), 0.6, 1.0)
    weave = looks.grain(material, points[..., 0] + points[..., 2], points[..., 1])
    return np.asarray(colour * (stitched * np.where(made_of == LACE, 1.0, weave))[..., None])


def _on_paper(canvas: Canvas, shoe: Shoe, camera: Camera, light: np.ndarray) -> np.ndarray:
    """Return the shoe on white ground, with a soft shadow below it."""
    side = len(canvas.near)
    a = np.linspace(0, 2 * np.pi, 200)
    r = np.linspace(0, 1, 40)[:, None]
    edge = shoe.upper(np.zeros_like(a), a)
    x = 0.5 + (edge[:, 0] - 0.5) * r
    ground = np.stack([x, np.full_like(x, -shoe.sole - 0.005), edge[:, 2] * r], axis=-1)
    seen = (
        camera.project(ground.reshape(-1, 3))[:, :2]
        - light[:2] * np.array([0.06, 0.0]) * camera.scale
    )
    rows, columns = (np.clip(seen[:, i].astype(int), 0, side - 1) for i in (1, 0))
    dark = np.zeros((side, side), np.float32)
    dark[rows, columns] = 1
    dark = ndimage.gaussian_filter(dark, 0.022 * side)
    paper = _PAPER * (1 - 0.45 * np.clip(dark * 1.4, 0, 1))[..., None]
    return np.where(np.isfinite(canvas.near)[..., None], canvas.colour, paper)
