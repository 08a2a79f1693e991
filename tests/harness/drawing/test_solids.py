import numpy as np
import pytest

from harness.drawing.solids import Kind, Solid, cast, on_plane, view_from

SIZE, WIDTH = 64, 4.0
AT = ((np.arange(SIZE) + 0.5) / SIZE - 0.5) * WIDTH


def rotation(seed: int) -> np.ndarray:
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))
    return np.asarray(turn * np.sign(np.linalg.det(turn)))


def solid(kind: Kind, seed: int = 0) -> Solid:
    rng = np.random.default_rng(seed)
    return Solid(kind, rng.uniform(-0.5, 0.5, 3), rng.uniform(0.3, 1.0, 3), rotation(seed))


def inside(body: Solid, points: np.ndarray) -> np.ndarray:
    """Whether points ``[..., 3]`` of the world are in a solid."""
    own = np.abs((points - body.centre) @ body.turn / body.half)
    return np.asarray(own.max(-1) < 1 if body.kind == "box" else (own**2).sum(-1) < 1)


VIEW = view_from(0.7, 2.1)


@pytest.mark.parametrize(("elevation", "azimuth"), [(0.0, 0.0), (0.7, 2.1), (1.2, -3.0)])
def test_a_view_is_a_right_handed_frame(elevation: float, azimuth: float) -> None:
    view = view_from(elevation, azimuth)
    np.testing.assert_allclose(view @ view.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(view) == pytest.approx(1)
    assert view[0, 2] == 0  # the image's horizontal is level
    assert view[2, 2] == pytest.approx(np.sin(elevation))
    assert np.arctan2(view[2, 1], view[2, 0]) == pytest.approx(azimuth)


def test_a_ball_is_a_disc_with_normals_along_its_radii() -> None:
    ball = Solid("ellipsoid", np.array([0.3, -0.2, 0.1]), np.full(3, 0.9), np.eye(3))
    visible = cast([ball], VIEW, SIZE, WIDTH)
    centre = VIEW @ ball.centre
    dx, dy = AT - centre[0], -AT[:, None] - centre[1]
    squared = dx**2 + dy**2
    hit = np.isfinite(visible.depth)
    np.testing.assert_array_equal(hit, squared < 0.9**2)
    rise = np.sqrt(0.81 - squared[hit])
    np.testing.assert_allclose(visible.depth[hit], centre[2] + rise, atol=1e-4)  # float32
    seen = np.stack(np.broadcast_arrays(dx, dy, 0 * dx + 0 * dy), -1)[hit]
    seen[:, 2] = rise
    np.testing.assert_allclose(visible.normal[hit] @ VIEW.T, seen / 0.9, atol=1e-3)
    assert not visible.normal[~hit].any()


@pytest.mark.parametrize("kind", ["box", "ellipsoid"])
@pytest.mark.parametrize("seed", range(4))
def test_rays_meet_a_solid_where_marching_along_them_does(kind: Kind, seed: int) -> None:
    body = solid(kind, seed)
    visible = cast([body], VIEW, SIZE, WIDTH)
    x, y = np.meshgrid(AT, -AT)
    step = 0.005
    depths = np.arange(3, -3, -step)
    rays = x[..., None] * VIEW[0] + y[..., None] * VIEW[1]
    met = np.full((SIZE, SIZE), -np.inf)
    for depth in depths[::-1]:  # the nearest is written last
        met[inside(body, rays + depth * VIEW[2])] = depth
    hit = np.isfinite(met)
    grazed = hit != np.isfinite(visible.depth)
    assert grazed.mean() < 0.005  # rays shorter inside than a step
    both = hit & ~grazed
    assert (np.abs(visible.depth[both] - met[both]) <= 1.01 * step).all()
    np.testing.assert_allclose(np.linalg.norm(visible.normal[both], axis=-1), 1, atol=1e-5)
    # The normal leads out, the other way in.
    place = (rays + np.where(both, visible.depth, 0)[..., None] * VIEW[2])[both]
    assert not inside(body, place + 0.01 * visible.normal[both]).any()
    within = inside(body, place - 0.01 * visible.normal[both])
    assert within.mean() > 0.97  # but at the edges of a box
    assert (visible.normal[both] @ VIEW[2] > -1e-3).all()


def test_of_several_solids_the_nearest_is_seen() -> None:
    bodies = [solid("box", 1), solid("ellipsoid", 2), solid("box", 3)]
    alone = np.stack([cast([body], VIEW, SIZE, WIDTH).depth for body in bodies])
    for order in ([0, 1, 2], [2, 0, 1]):
        together = cast([bodies[k] for k in order], VIEW, SIZE, WIDTH)
        np.testing.assert_array_equal(together.depth, alone.max(0))
    first = alone.argmax(0)
    for k, body in enumerate(bodies):
        rows = (first == k) & np.isfinite(alone.max(0))
        normals = cast([body], VIEW, SIZE, WIDTH).normal
        np.testing.assert_array_equal(together.normal[rows], normals[rows])


@pytest.mark.parametrize("kind", ["box", "ellipsoid"])
def test_reach_is_the_farthest_point_of_the_image(kind: Kind) -> None:
    body = solid(kind, 5)
    points = np.random.default_rng(0).uniform(-1, 1, (200_000, 3))
    corners = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T
    points = corners if kind == "box" else points / np.linalg.norm(points, axis=1, keepdims=True)
    across = (points * body.half) @ body.turn.T @ VIEW.T
    # 200,000 points of a sphere come within half a per cent of its outermost one.
    np.testing.assert_allclose(body.reach(VIEW), across.max(0), rtol=5e-3)


def test_a_solid_beyond_the_image_is_cut_off() -> None:
    body = Solid("box", np.array([0.0, 0.0, 0.0]), np.full(3, 50.0), np.eye(3))
    assert np.isfinite(cast([body], VIEW, SIZE, WIDTH).depth).all()
    away = Solid("box", 40 * VIEW[0], np.full(3, 1.0), np.eye(3))
    assert not np.isfinite(cast([away], VIEW, SIZE, WIDTH).depth).any()


def test_on_a_plane_rays_are_at_its_height_and_on_their_pixels() -> None:
    place = on_plane(-0.4, VIEW, SIZE, WIDTH)
    points = np.concatenate([place, np.full((SIZE, SIZE, 1), -0.4)], axis=-1) @ VIEW.T
    np.testing.assert_allclose(points[..., 0], np.broadcast_to(AT, (SIZE, SIZE)), atol=1e-5)
    np.testing.assert_allclose(points[..., 1].T, np.broadcast_to(-AT, (SIZE, SIZE)), atol=1e-5)
