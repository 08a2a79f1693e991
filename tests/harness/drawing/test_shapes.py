import numpy as np
import pytest

from harness.drawing.shapes import Capsules, Ellipses, join, polyline

X, Y = np.arange(40) + 0.5, np.arange(30) + 0.5
PIXELS = np.stack(np.broadcast_arrays(X[None], Y[:, None]), -1)


def capsule(start: list[float], end: list[float], radii: list[float]) -> Capsules:
    return Capsules(*(np.array(values)[None, None] for values in (start, end, radii)))


def field(shape: Capsules | Ellipses, least: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    distance, nx, ny = shape.field(0, X[None], Y[None], np.array([least]))
    return distance[0], np.stack([nx[0], ny[0]], -1)


def test_a_capsule_is_as_far_as_the_nearest_of_its_discs() -> None:
    start, end = np.array([9.0, 8.0]), np.array([28.0, 17.0])
    distance, _ = field(capsule([*start], [*end], [4, 4]))
    t = np.linspace(0, 1, 2000)[:, None]
    centres = start + t * (end - start)
    brute = np.linalg.norm(PIXELS[:, :, None] - centres, axis=-1).min(-1) - 4
    # Centres are 0.0105 apart: on the axis itself the nearest is up to half of that away.
    np.testing.assert_allclose(distance, brute, atol=5.5e-3)


def test_a_tapered_capsule_has_its_radii_at_its_ends() -> None:
    distance, normal = field(capsule([10.5, 15.5], [28.5, 15.5], [6, 2]))
    assert distance[15, 10] == pytest.approx(-6)
    assert distance[15, 28] == pytest.approx(-2)
    assert distance[15, 19] == pytest.approx(-4)  # halfway
    assert distance[15, 0] == pytest.approx(10 - 6)  # beyond the ends these are discs
    assert distance[15, 39] == pytest.approx(11 - 2)
    np.testing.assert_allclose(normal[9, 10], [0, -1], atol=1e-6)  # the outline, above
    np.testing.assert_allclose(normal[15, 10], [0, 0], atol=1e-6)  # the axis


def test_a_capsule_without_length_is_a_disc() -> None:
    distance, normal = field(capsule([20, 15], [20, 15], [7, 7]))
    offset = PIXELS - [20, 15]
    np.testing.assert_allclose(distance, np.linalg.norm(offset, axis=-1) - 7, atol=1e-5)
    np.testing.assert_allclose(normal, offset / 7, atol=1e-5)


def ellipse(rx: float, ry: float) -> Ellipses:
    return Ellipses(np.array([[[19.3, 14.6]]]), np.array([[[rx, ry]]]))


def test_a_round_ellipse_has_the_distance_of_a_disc() -> None:
    distance, normal = field(ellipse(8, 8))
    offset = PIXELS - [19.3, 14.6]
    # The regularisation of the roots (1e-8) is seen within a ten-thousandth of the radius only.
    np.testing.assert_allclose(distance, np.linalg.norm(offset, axis=-1) - 8, atol=2e-3)
    np.testing.assert_allclose(normal, offset / 8, atol=1e-5)


def test_the_distance_to_an_ellipse_is_right_near_its_outline() -> None:
    distance, _ = field(ellipse(14, 7))
    turn = np.linspace(0, 2 * np.pi, 20_000)
    outline = np.stack([19.3 + 14 * np.cos(turn), 14.6 + 7 * np.sin(turn)], -1)
    exact = np.array([np.linalg.norm(p - outline, axis=-1).min() for p in PIXELS.reshape(-1, 2)])
    inside = ((PIXELS - [19.3, 14.6]) ** 2 / [14**2, 7**2]).sum(-1) < 1
    np.testing.assert_array_equal(distance < 0, inside)
    near = exact.reshape(inside.shape) < 1
    assert near.sum() > 50
    # First order: the error is the square of the distance (1) by the radius of curvature (3.5).
    np.testing.assert_allclose(np.abs(distance[near]), exact[near.ravel()], atol=0.2)


def test_boxes_hold_all_that_is_inside() -> None:
    for shape in (capsule([9, 20], [28, 8], [5, 3]), ellipse(11, 4)):
        distance, _ = field(shape)
        rows, columns = np.nonzero(distance < 0)
        (least,), (most,) = shape.box(0)
        inside = PIXELS[rows, columns]
        assert (inside > least).all()
        assert (inside < most).all()
        assert (inside.min(0) - least < 1.5).all()  # and little more
        assert (most - inside.max(0) < 1.5).all()


def test_what_is_thin_is_thickened_and_says_so() -> None:
    line = capsule([5, 15.5], [35, 15.5], [0.1, 0.3])
    distance, _ = field(line, least=0.5)
    assert distance[15, 10] == pytest.approx(-0.5)
    assert line.thinness(0, np.array([0.5]))[0] == pytest.approx(0.2 / 0.5)
    assert line.thinness(0, np.array([0.1]))[0] == 1
    assert ellipse(0.25, 3).thinness(0, np.array([0.5]))[0] == pytest.approx(0.5)


def test_polylines_and_joined_surfaces_keep_their_order() -> None:
    points = np.array([[[0, 0], [4, 0], [4, 3]]])
    line = polyline(points, np.array([[1, 2, 3]]))
    np.testing.assert_array_equal(line.start, points[:, :2])
    np.testing.assert_array_equal(line.end, points[:, 1:])
    np.testing.assert_array_equal(line.radius, [[[1, 2], [2, 3]]])
    both = join(capsule([7, 7], [8, 8], [1, 1]), line)
    assert len(both) == 3
    np.testing.assert_array_equal(both.start[0], [[7, 7], [0, 0], [4, 0]])
