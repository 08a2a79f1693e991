import numpy as np
import pytest

from harness.drawing.painting import Layer, View, paint
from harness.drawing.shapes import Capsules, Ellipses, polyline

SIDE = 40
HEAD_ON = np.array([[0.0, 0.0, 1.0]])


def seen(n: int, pixel: float = 1.0) -> View:
    return View(np.full((n, 2), 1 / pixel), np.zeros((n, 2)))


def disc(x: float, y: float, radius: float) -> Ellipses:
    return Ellipses(np.array([[[x, y]]]), np.full((1, 1, 2), radius))


def segments(*ends: tuple[float, float, float, float], radius: float) -> Capsules:
    """Capsules of one radius from ``(x, y)`` to ``(x, y)``."""
    values = np.array(ends)[None]
    return Capsules(values[..., :2], values[..., 2:], np.full((1, len(ends), 2), radius))


def layer(shape: Capsules | Ellipses, value: float = 1.0, **options: float) -> Layer:
    n = len(shape.start if isinstance(shape, Capsules) else shape.centre)
    opacity = options.pop("opacity", 1.0)
    blend = (options.pop("blend", 0.0),) * len(shape)
    return Layer(shape, np.full((n, 1), value), np.full(n, opacity), blend, **options)


def image(*layers: Layer, pixel: float = 1.0, light: np.ndarray = HEAD_ON) -> np.ndarray:
    side = round(SIDE / pixel)
    black = np.zeros((1, 1, side, side), np.float32)
    return np.asarray(paint(black, layers, light, seen(1, pixel))[0, 0], float)


def offsets(x: float, y: float) -> np.ndarray:
    centres = np.arange(SIDE) + 0.5
    return np.asarray(np.hypot(centres[None] - x, centres[:, None] - y))


def test_a_disc_is_painted_by_the_formula() -> None:
    painted = image(layer(disc(21.2, 17.7, 9.4)))
    expected = 255 * np.clip(0.5 - (offsets(21.2, 17.7) - 9.4), 0, 1)
    np.testing.assert_allclose(painted, expected, atol=0.6)  # half a level of rounding
    # The linear edge gives the area exactly but for its curvature, some 1 / 24 pixels.
    assert painted.sum() / 255 == pytest.approx(np.pi * 9.4**2, abs=0.5)
    soft = image(layer(disc(21.2, 17.7, 9.4), soft=6.0))
    expected = 255 * np.clip(0.5 - (offsets(21.2, 17.7) - 9.4) / 6, 0, 1)
    np.testing.assert_allclose(soft, expected, atol=0.6)


def test_later_layers_cover_earlier_ones() -> None:
    back, front = layer(disc(16, 20, 9), 0.4), layer(disc(24, 20, 9), 0.8)
    for layers, overlap in (((back, front), 0.8), ((front, back), 0.4)):
        painted = image(*layers)
        assert painted[20, 20] == round(255 * overlap)
        assert painted[20, 10] == round(255 * 0.4)
        assert painted[20, 30] == round(255 * 0.8)
    through = image(back, layer(disc(24, 20, 9), 0.8, opacity=0.5))
    assert through[20, 20] == round(255 * 0.6)


def test_a_background_shows_where_nothing_is_painted() -> None:
    background = np.linspace(0, 1, 3 * SIDE * SIDE).reshape(1, 3, SIDE, SIDE)
    blue = Layer(disc(20, 20, 5), np.array([[0.0, 0.0, 1.0]]), np.ones(1))
    painted = paint(background.astype(np.float32), [blue], HEAD_ON, seen(1))
    np.testing.assert_array_equal(painted[0, :, 20, 20], [0, 0, 255])
    far = offsets(20, 20) > 6
    np.testing.assert_array_equal(painted[0][:, far], np.rint(255 * background[0])[:, far])


@pytest.mark.parametrize("radius", [0.05, 0.2, 0.45, 0.5, 1.3])
@pytest.mark.parametrize("y", [20.0, 20.3, 20.5])
def test_a_line_has_its_ink_however_thin_it_is(radius: float, y: float) -> None:
    painted = image(layer(segments((-9, y, 49, y), radius=radius)))
    # A column crosses the line once; each of its two or three grey pixels is rounded by 1 / 510.
    np.testing.assert_allclose(painted.sum(0) / 255, 2 * radius, atol=0.01)


def test_pixels_may_be_larger_than_the_unit() -> None:
    shape = segments((9, 12, 30, 26), radius=5)
    fine, coarse = image(layer(shape)), image(layer(shape), pixel=4)
    boxes = fine.reshape(10, 4, 10, 4).mean((1, 3))
    # The linear edge is exact where the outline is parallel to the axes; elsewhere the mean over a
    # square pixel differs by up to (sqrt(2) - 1) / 8 of full brightness, more at the round ends.
    np.testing.assert_allclose(coarse, boxes, atol=0.09 * 255)
    # An edge of width w adds pi w^2 / 12 to the area of the two half discs at the ends.
    added = (coarse.sum() * 16 - fine.sum()) / 255
    assert added == pytest.approx(np.pi * (4**2 - 1) / 12, abs=1)


def test_blending_fills_the_crease_and_nothing_else() -> None:
    cross = segments((20, 8, 20, 32), (8, 20, 32, 20), radius=4)
    plain, smooth = (image(layer(cross, blend=blend)) for blend in (0.0, 6.0))
    assert (smooth >= plain).all()
    assert smooth[14, 14] > plain[14, 14]  # in a corner of the cross
    far = np.zeros((SIDE, SIDE), bool)
    far[:, :9] = far[:, -9:] = far[:9] = far[-9:] = True
    np.testing.assert_array_equal(smooth[far], plain[far])


def test_a_lit_ball_is_brightest_towards_the_lamp_and_dim_away_from_it() -> None:
    lamp = np.array([[0.48, -0.36, 0.8]])
    painted = image(layer(disc(20, 20, 15), relief=1.0), light=lamp)
    brightest = np.argwhere(painted >= 254.5).mean(0) + 0.5
    np.testing.assert_allclose(brightest, [20 - 0.36 * 15, 20 + 0.48 * 15], atol=0.3)
    x, y = 26.5, 11.5
    nx, ny = (x - 20) / 15, (y - 20) / 15
    cosine = np.array([nx, ny, np.sqrt(1 - nx**2 - ny**2)]) @ lamp[0]
    assert painted[11, 26] == pytest.approx(255 * (0.3 + 0.7 * cosine), abs=0.6)
    assert painted[28, 9] == round(255 * 0.3)  # turned away: ambient light alone
    half = image(layer(disc(20, 20, 15), relief=0.5), light=lamp)
    np.testing.assert_allclose(half[11, 26], (255 + painted[11, 26]) / 2, atol=1)


def test_an_image_depends_on_its_own_shapes_alone() -> None:
    rng = np.random.default_rng(0)
    n = 300  # more than are painted at once
    points, radii = rng.uniform(0, SIDE, (n, 7, 2)), rng.uniform(0.2, 6, (n, 7))
    light = rng.normal(size=(n, 3))
    light /= np.linalg.norm(light, axis=1, keepdims=True)
    colour = rng.uniform(size=(n, 3))
    strokes = Layer(polyline(points, radii), colour, np.ones(n), (0, 5, 5, 0, 2, 9), relief=0.8)
    dots = Layer(Ellipses(points, rng.uniform(0.1, 4, (n, 7, 2))), 1 - colour, np.full(n, 0.5))
    background = np.broadcast_to(np.zeros((1, 3, 1, 1), np.float32), (n, 3, SIDE, SIDE))
    view = View(rng.uniform(0.8, 1.2, (n, 2)), rng.uniform(-5, 5, (n, 2)))
    together = paint(background, [strokes, dots], light, view)
    for rows in (slice(0, 1), slice(7, 20), slice(200, 300)):
        alone = paint(
            background[rows], [strokes.of(rows), dots.of(rows)], light[rows], view.of(rows)
        )
        np.testing.assert_array_equal(alone, together[rows])


def test_shapes_may_lie_outside() -> None:
    beyond = layer(segments((-30, -30, -20, -25), (70, 90, 80, 95), radius=4))
    np.testing.assert_array_equal(image(beyond), 0)
    partly = image(layer(disc(0, 20, 6)))
    expected = 255 * np.clip(0.5 - (offsets(0, 20) - 6), 0, 1)
    np.testing.assert_allclose(partly, expected, atol=0.6)


def test_a_view_stretches_and_shifts() -> None:
    black = np.zeros((1, 1, SIDE, SIDE), np.float32)
    view = View(np.array([[1.5, 0.75]]), np.array([[-6.0, 9.0]]))
    painted = paint(black, [layer(disc(18, 16, 10))], HEAD_ON, view)[0, 0].astype(float)
    x, y = 1.5 * 18 - 6, 0.75 * 16 + 9
    ellipse = Ellipses(np.array([[[x, y]]]), np.array([[[15, 7.5]]]))
    # A pixel of this view is no square of the disc's: its edge is up to sqrt(2) sharper or softer.
    np.testing.assert_allclose(painted, image(layer(ellipse)), atol=0.25 * 255)
    np.testing.assert_array_equal(painted > 127, image(layer(ellipse)) > 127)
