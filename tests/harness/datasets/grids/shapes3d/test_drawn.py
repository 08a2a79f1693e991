"""The drawn rooms: closed forms of what a camera sees of them."""

import numpy as np
import pytest

from harness.datasets.grids.shapes3d.drawn import SCALES, TURNS, draw, view
from harness.datasets.grids.shapes3d.scene import (
    DISTANCE,
    FLOOR,
    FOCAL,
    OBJECT,
    ROOM,
    SHAPES,
    SKY,
    WALL,
    WALL_HEIGHT,
    cast,
)

RAYS = 256
STRAIGHT = 7
"""The orientation that looks at a wall."""


def row(height: float, distance: float) -> float:
    """Where a point above the floor is seen, in rows of an image of :data:`RAYS`."""
    return RAYS * (0.5 + FOCAL / 64 * (1 - height) / distance)


def changes(column: np.ndarray) -> list[int]:
    return (np.flatnonzero(np.diff(column)) + 1).tolist()


def image(**factors: int) -> np.ndarray:
    """``[3, 64, 64]`` uint8: all hues red, the smallest cube, where nothing else is said."""
    default = dict.fromkeys(("floor_hue", "wall_hue", "object_hue", "scale", "shape"), 0)
    known = {**default, "orientation": STRAIGHT, **factors}
    return draw({name: np.array([value]) for name, value in known.items()})[0]


def test_sky_wall_and_floor_follow_one_another_where_geometry_has_them() -> None:
    what, _ = cast(0, 0.75, 0.0, RAYS)
    edge = what[:, 0]
    assert edge[[0, RAYS // 3, -1]].tolist() == [SKY, WALL, FLOOR]
    far = DISTANCE + ROOM
    assert changes(edge) == pytest.approx([row(WALL_HEIGHT, far), row(0, far)], abs=1)


@pytest.mark.parametrize("scale", [0.75, 1.25])
def test_a_cube_is_as_large_as_perspective_makes_it(scale: float) -> None:
    what, _ = cast(SHAPES.index("cube"), scale, 0.0, RAYS)
    half = 0.52 * scale
    rows, columns = np.nonzero(what == OBJECT)
    near = DISTANCE - half
    assert rows.max() + 1 == pytest.approx(row(0, near), abs=1)
    top = row(2 * half, near if 2 * half > 1 else DISTANCE + half)
    assert rows.min() == pytest.approx(top, abs=1)
    width = 2 * half * FOCAL / 64 * RAYS / near
    assert columns.max() + 1 - columns.min() == pytest.approx(width, abs=2)


def test_a_sphere_is_seen_under_its_angle() -> None:
    what, _ = cast(SHAPES.index("sphere"), 1.0, 0.3, RAYS)
    columns = np.flatnonzero((what == OBJECT).any(0))
    depth = DISTANCE**2 - 0.6**2  # of the cone that touches it, seen from above
    slope = 0.6 / np.sqrt(depth + (1 - 0.6) ** 2)
    expected = 2 * slope * FOCAL / 64 * RAYS * np.sqrt(1 + (1 - 0.6) ** 2 / DISTANCE**2)
    assert len(columns) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("shape", [0, 1, 2, 3], ids=SHAPES)
def test_an_object_grows_with_its_scale_and_stands_on_the_floor(shape: int) -> None:
    seen = [view(shape, scale, 3)[OBJECT] > 0 for scale in range(8)]
    areas = [int(each.sum()) for each in seen]
    assert areas == sorted(set(areas))
    for each in seen:
        bottom = np.flatnonzero(each.any(1)).max() + 1
        assert 32 + FOCAL / DISTANCE - 1 < bottom < 32 + 1.5 * FOCAL / DISTANCE


def test_round_objects_look_alike_from_every_side_and_the_room_does_not() -> None:
    for shape in (1, 2, 3):
        first, last = (view(shape, 4, orientation) for orientation in (0, 14))
        np.testing.assert_array_equal(first[OBJECT] > 0, last[OBJECT] > 0)
    left, right = (view(2, 0, orientation)[WALL] > 0 for orientation in (0, 14))
    np.testing.assert_array_equal(left, right[:, ::-1], err_msg="turned by as much to either side")
    assert not np.array_equal(left, view(2, 0, STRAIGHT)[WALL] > 0)


def test_every_pixel_is_shared_among_what_it_shows() -> None:
    for shape in range(4):
        shares = view(shape, 7, 2)
        assert shares.shape == (4, 64, 64)
        assert shares.min() >= 0
        assert 0.15 < shares.sum(0).min() <= shares.sum(0).max() <= 1 + 1e-6
        assert (shares > 0).any((1, 2)).all()


@pytest.mark.parametrize(
    ("name", "place"), [("floor_hue", (62, 2)), ("wall_hue", (30, 2)), ("object_hue", (48, 32))]
)
def test_a_hue_colours_its_surface_alone(name: str, place: tuple[int, int]) -> None:
    red = image()
    for value, channels in ((0, [0]), (5, [1, 2]), (8, [0, 2])):
        there = image(**{name: value})[:, *place]
        assert np.argmax(there) in channels
        assert there.max() > 120
        changed = (image(**{name: value}) != red).any(0)
        assert changed[place] == (value > 0)
        assert changed.mean() < 0.6
        assert not changed[:10].any(), "the sky"


def test_there_are_as_many_scales_and_turns_as_the_set_has() -> None:
    assert (len(SCALES), len(TURNS), len(SHAPES)) == (8, 15, 4)
    assert np.degrees(TURNS[[0, STRAIGHT, 14]]) == pytest.approx([-30, 0, 30])
