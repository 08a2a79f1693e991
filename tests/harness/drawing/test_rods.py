import numpy as np
import pytest

from harness.drawing.painting import View
from harness.drawing.rod_painting import Coat, cut_out_rods, paint_rods
from harness.drawing.rods import Rods
from harness.drawing.shapes import Capsules

SIZE = 48
LIGHT = np.array([0.0, 0.0, 1.0])
NO_REACH = 1e-3
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def rods(*each: tuple[tuple[float, ...], tuple[float, ...], tuple[float, float]]) -> Rods:
    """One image of rods: both ends in space and the radius at either."""
    start, end, radius = (np.array([one[i] for one in each], float)[None] for i in range(3))
    height = np.stack([start[..., 2], end[..., 2]], axis=-1)
    return Rods(Capsules(start[..., :2], end[..., :2], radius), height)


def joined(some: list[Rods]) -> Rods:
    lines = [one.outline for one in some]
    parts = (np.concatenate([getattr(x, a) for x in lines]) for a in ("start", "end", "radius"))
    return Rods(Capsules(*parts), np.concatenate([one.height for one in some]))


def painted(some: Rods, *colours: tuple[float, ...], reach: float = NO_REACH) -> np.ndarray:
    n, k = some.height.shape[:2]
    colour = np.tile(np.array(colours), (n, 1, 1))
    coat = Coat(colour, np.full((n, k), 0.01), np.zeros((n, k)))
    black = np.zeros((n, 3, SIZE, SIZE), np.float32)
    light = np.broadcast_to(LIGHT, (n, 3))
    return paint_rods(
        black, some, coat, light, View(np.ones((n, 2)), np.zeros((n, 2))), reach=reach
    )


RANDOM = np.random.default_rng(0)
CASES = [
    ((20, 20, 0), (30, 24, 0), (6, 6)),
    ((20, 20, 0), (30, 24, 30), (6, 6)),
    ((20, 20, 0), (21, 20, 40), (5, 8)),
    ((20, 20, 40), (20, 20, 0), (6, 5)),
    ((20, 20, 3), (24, 30, -12), (9, 4)),
    *[
        (RANDOM.uniform(14, 34, 3), RANDOM.uniform(14, 34, 3), RANDOM.uniform(4, 8, 2))
        for _ in range(6)
    ],
]


@pytest.mark.parametrize("case", CASES)
def test_the_surface_is_the_highest_of_all_balls_along_the_axis(case: tuple) -> None:  # type: ignore[type-arg]
    one = rods(case)
    grid = np.arange(0, SIZE, 1.5)[None] + 0.5
    nx, ny, axis, top = (found[0].astype(float) for found in one.surface(0, grid, grid))
    start, end, radius = (np.array(part, float) for part in case)
    t = np.linspace(0, 1, 4001)[:, None, None]
    x, y = grid[0][None, None, :], grid[0][None, :, None]
    centre = [a + t * (b - a) for a, b in zip(start, end, strict=True)]
    r = radius[0] + t * (radius[1] - radius[0])
    with np.errstate(invalid="ignore"):
        heights = centre[2] + np.sqrt(r**2 - (x - centre[0]) ** 2 - (y - centre[1]) ** 2)
    hit = np.isfinite(heights).any(0)
    brute = np.nanmax(np.where(np.isfinite(heights), heights, -np.inf), axis=0)
    # A ball that is just grazed is as steep as a wall: 4,001 balls leave a few of them out.
    clear = hit & (nx**2 + ny**2 < 0.9)
    assert clear.sum() > 20
    np.testing.assert_allclose(top[clear], brute[clear], atol=2e-2)
    # The normal leads from the axis to the surface: along it the radius is that of the ball there.
    which = np.nanargmax(np.where(np.isfinite(heights), heights, -np.inf), axis=0)
    here = r[:, 0, 0][which]
    np.testing.assert_allclose(
        (top - axis)[clear], (here * np.sqrt(np.maximum(0, 1 - nx**2 - ny**2)))[clear], atol=0.1
    )
    # Beside the rod the normal is longer than 1. A tapered one's outline is a little too narrow.
    if radius[0] == radius[1]:
        outside = one.outline.field(0, grid, grid, np.zeros(1))[0][0] > 0.05
        assert (np.hypot(nx, ny)[outside] > 1).all()


def test_what_is_nearer_hides_the_rest_in_any_order() -> None:
    low, high = ((10, 24, 0), (38, 24, 0), (6, 6)), ((24, 10, 20), (24, 38, 20), (6, 6))
    image = painted(rods(low, high), RED, BLUE)[0]
    other = painted(rods(high, low), BLUE, RED)[0]
    np.testing.assert_array_equal(image, other)
    assert image[2, 24, 24] > 200
    assert image[0, 24, 24] == 0
    assert image[0, 24, 12] > 200


def test_rods_that_cross_show_each_where_it_is_nearer() -> None:
    """One lies slanting through the other: it is above it on its right half."""
    flat = ((6, 24, 0), (42, 24, 0), (5, 5))
    slanting = ((6, 24, -20), (42, 24, 20), (5, 5))
    image = painted(rods(flat, slanting), RED, BLUE)[0]
    assert image[0, 24, 12] > 200
    assert image[2, 24, 12] == 0
    assert image[2, 24, 36] > 150
    assert image[0, 24, 36] == 0


def test_a_rod_covers_its_outline() -> None:
    image = painted(rods(((16, 20, 0), (32, 20, 9), (6, 6))), (1, 1, 1))[0, 0]
    shown = (image > 0).sum()
    # A rectangle and two half discs; the edge fades over a pixel, half of it inside.
    assert shown == pytest.approx(16 * 12 + np.pi * 36, abs=2 * 16 + 12 * np.pi)
    assert not image[:13].any()
    assert not image[27:].any()


def test_a_shadow_falls_on_what_is_close_below_alone() -> None:
    table = ((4, 24, 0), (44, 24, 0), (16, 16))

    def table_under(height: float) -> np.ndarray:
        over = ((24, 6, height), (24, 42, height), (4, 4))
        return painted(rods(table, over), (1, 1, 1), BLUE, reach=6)[0, 0].astype(int)

    bare = painted(rods(table), (1, 1, 1))[0, 0].astype(int)
    near, far = table_under(22), table_under(100)
    assert bare[24, 30] - near[24, 30] > 20
    assert far[24, 30] == bare[24, 30]
    assert near[24, 40] == bare[24, 40], "it ends"


def test_an_image_depends_on_its_own_rods_alone() -> None:
    rng = np.random.default_rng(1)
    each = [
        rods(
            *[
                (rng.uniform(5, 43, 3), rng.uniform(5, 43, 3), rng.uniform(2, 6, 2))
                for _ in range(5)
            ]
        )
        for _ in range(40)  # more than are painted at once
    ]
    colours = [tuple(rng.random(3)) for _ in range(5)]
    together = painted(joined(each), *colours, reach=4.0)
    for i in (0, 17, 39):
        np.testing.assert_array_equal(together[i], painted(each[i], *colours, reach=4.0)[0])


def test_rods_cut_out_are_those_painted_whatever_is_behind_them() -> None:
    some = joined([rods(case, CASES[4]) for case in CASES[5:9]])
    n, k = some.height.shape[:2]
    draws = np.random.default_rng(3)
    coat = Coat(draws.random((n, k, 3)), np.full((n, k), 2.0), np.full((n, k), 0.3))
    light, view = np.broadcast_to(LIGHT, (n, 3)), View(np.ones((n, 2)), np.zeros((n, 2)))
    behind = draws.random((n, 3, SIZE, SIZE)).astype(np.float32)
    colour, opacity = cut_out_rods((SIZE, SIZE), some, coat, light, view, reach=5.0)
    before = np.rint(255 * (colour + (1 - opacity[:, None]) * behind))
    np.testing.assert_array_equal(before, paint_rods(behind, some, coat, light, view, reach=5.0))
    assert opacity.min() == 0
    assert opacity.max() == 1
