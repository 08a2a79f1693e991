"""The drawn images, held to what the authors' public frames (``dsprites.gif``) show."""

import math

import numpy as np
import pytest
from matplotlib.path import Path
from PIL import Image, ImageSequence

from harness.datasets.grids.dsprites.dataset import DspritesOptions
from harness.datasets.grids.dsprites.drawn import ELLIPSE, HEART, SQUARE, draw
from tests.helpers.real_data import real_data

SQUARES, ELLIPSES, HEARTS = range(3)

AREAS = {  # white pixels of the six scales, turned by nothing, in the upper left
    SQUARES: [100, 144, 196, 256, 324, 400],
    ELLIPSES: [76, 104, 144, 184, 228, 288],
    HEARTS: [58, 84, 108, 140, 182, 222],
}
TURNED = {  # white pixels of the first fourteen orientations of the largest
    SQUARES: [400, 368, 372, 368, 368, 364, 368, 368, 372, 368, 372, 368, 368, 368],
    ELLIPSES: [288, 288, 290, 292, 292, 288, 286, 294, 292, 286, 290, 288, 286, 288],
    HEARTS: [222, 225, 226, 225, 224, 225, 227, 224, 225, 225, 225, 224, 225, 225],
}
BOXES = {  # first and last column, first and last row of the largest; turned by five steps
    SQUARES: [(6, 25, 6, 25), (3, 28, 3, 28)],
    ELLIPSES: [(3, 28, 9, 22), (6, 25, 6, 25)],
    HEARTS: [(6, 25, 7, 23), (5, 21, 5, 21)],
}
each_shape = pytest.mark.parametrize("shape", [SQUARES, ELLIPSES, HEARTS])


def white(n: int = 1, **factors: object) -> np.ndarray:
    """``[n, 64, 64]`` bool; the largest, in the upper left, where nothing else is said."""
    default = {"shape": 0, "scale": 5, "orientation": 0, "x": 0, "y": 0}
    images = draw({name: np.full(n, of) for name, of in {**default, **factors}.items()})
    assert images.shape == (n, 1, 64, 64)
    assert set(np.unique(images)) <= {0, 255}
    return images[:, 0] > 0


def box(image: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(image)
    return int(columns.min()), int(columns.max()), int(rows.min()), int(rows.max())


@each_shape
def test_areas_are_those_of_the_public_frames(shape: int) -> None:
    areas = white(6, shape=shape, scale=np.arange(6)).sum((1, 2))
    np.testing.assert_allclose(areas, AREAS[shape], atol=2)
    turned = white(14, shape=shape, orientation=np.arange(14)).sum((1, 2))
    np.testing.assert_allclose(turned, TURNED[shape], atol=4)


@each_shape
def test_places_are_those_of_the_public_frames(shape: int) -> None:
    assert [box(image) for image in white(2, shape=shape, orientation=[0, 5])] == BOXES[shape]
    first, last, top, bottom = BOXES[shape][0]
    across, down = white(2, shape=shape, x=[31, 0], y=[0, 31])
    assert box(across) == (first + 32, last + 32, top, bottom)
    assert box(down) == (first, last, top + 32, bottom + 32)


@each_shape
def test_a_pixel_is_white_where_its_centre_is_inside(shape: int) -> None:
    rng = np.random.default_rng(shape)
    known = {name: rng.integers(0, size, 10) for name, size in DspritesOptions.grid.sizes.items()}
    known["shape"] = np.full(10, shape)
    row, column = np.indices((64, 64)) + 0.5
    for k, image in enumerate(draw(known)[:, 0] > 0):
        at = {name: int(values[k]) for name, values in known.items()}
        turn, scale = at["orientation"] * 2 * math.pi / 39, 0.5 + at["scale"] / 10
        dx, dy = column - (16 + at["x"] * 32 / 31), row - (16 + at["y"] * 32 / 31)
        u = (math.cos(turn) * dx - math.sin(turn) * dy) / scale
        v = (math.sin(turn) * dx + math.cos(turn) * dy) / scale
        a_little_smaller, a_little_larger = (_inside(shape, u / by, v / by) for by in NEARLY_1)
        assert image[a_little_smaller].all()
        assert not image[~a_little_larger].any()
        assert a_little_larger.sum() - a_little_smaller.sum() < 5


NEARLY_1 = 1 - 3e-4, 1 + 3e-4
"""Where a centre is so near to the outline, either will do."""


def _inside(shape: int, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    if shape == SQUARES:
        return (abs(u) < SQUARE) & (abs(v) < SQUARE)
    if shape == ELLIPSES:
        return (u / ELLIPSE[0]) ** 2 + (v / ELLIPSE[1]) ** 2 < 1
    t = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    across, down, at = HEART
    outline = Path(np.stack([across * 16 * np.sin(t) ** 3, at - down * y], axis=1))
    return outline.contains_points(np.stack([u.ravel(), v.ravel()], axis=1)).reshape(u.shape)


def test_the_last_orientation_looks_like_the_first() -> None:
    for shape in (SQUARES, ELLIPSES, HEARTS):
        first, last = white(2, shape=shape, orientation=[0, 39])
        np.testing.assert_array_equal(first, last)


def test_the_orientation_counts_counter_clockwise() -> None:
    heart, turned = white(2, shape=HEARTS, orientation=[0, 10])  # by a little more than a quarter
    assert heart[23].sum() < heart[10].sum(), "it points down"
    assert turned[:, 24].sum() < turned[:, 10].sum(), "it points right"


@pytest.mark.data
def test_drawn_images_are_nearly_those_of_the_public_frames() -> None:
    """Those are ``dsprites.gif``, beside the published file."""
    path = real_data("dsprites") / "dsprites" / "dsprites.gif"
    if not path.is_file():
        pytest.skip(f"needs {path}")
    with Image.open(path) as gif:
        frames = np.stack(
            [np.asarray(frame.convert("L")) > 0 for frame in ImageSequence.Iterator(gif)]
        )
    assert len(frames) == 320
    for shape, grows, turns in ((HEARTS, 0, 18), (ELLIPSES, 192, 210), (SQUARES, 256, 274)):
        grown = white(6, shape=shape, scale=np.arange(6)) != frames[grows : grows + 6]
        turned = white(40, shape=shape, orientation=np.arange(40)) != frames[turns : turns + 40]
        assert grown.sum() + turned.sum() <= 16


@pytest.mark.data
def test_drawn_images_are_nearly_the_published_ones() -> None:
    root = real_data("dsprites")
    for source in ("real", "procedural"):
        DspritesOptions(source=source).check(root)  # type: ignore[arg-type]
    real = DspritesOptions(source="real").load(root).test.images[:20_000]
    drawn = DspritesOptions(n_train=1).load(None).test.images[:20_000]
    assert (real != drawn).mean() < 1e-3
