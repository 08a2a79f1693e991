"""Axes: what is drawn from them, what is nearest, and how they are kept."""

import math

import numpy as np
import pytest

from harness.spaces.axes import (
    Axis,
    Choices,
    Interval,
    as_dict,
    draw,
    from_dict,
    key,
    random_assignments,
    size,
)

AXES: dict[str, Axis] = {
    "lr": Interval(1e-5, 1e-2, log=True),
    "beta": Interval(0.5, 4.0),
    "d": Interval(2, 4, integer=True),
    "widths": Choices(([64, 32], [128])),
}


def draws(axis: Axis, n: int = 4000) -> list[float]:
    generator = np.random.default_rng(0)
    return [axis.draw(generator) for _ in range(n)]


@pytest.mark.parametrize(("log", "middle"), [(False, 2.25), (True, math.sqrt(0.5 * 4))])
def test_half_of_the_draws_lie_below_the_middle(log: bool, middle: float) -> None:
    drawn = draws(Interval(0.5, 4.0, log))
    assert min(drawn) >= 0.5
    assert max(drawn) <= 4.0
    # 4 standard errors of a share of 4,000 draws
    assert np.mean(np.array(drawn) < middle) == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(4000))


@pytest.mark.parametrize("axis", [Interval(2, 4, integer=True), Choices((2, 3, 4))])
def test_every_value_is_as_likely(axis: Axis) -> None:
    values, counts = np.unique(draws(axis), return_counts=True)
    assert values.tolist() == [2, 3, 4]
    error = math.sqrt(4000 * 1 / 3 * 2 / 3)
    assert np.abs(counts - 4000 / 3).max() < 4 * error


def test_whole_numbers_are_drawn_log_uniformly_by_what_rounds_to_them() -> None:
    values, counts = np.unique(draws(Interval(1, 3, log=True, integer=True)), return_counts=True)
    assert values.tolist() == [1, 2, 3]
    edges = np.log([0.5, 1.5, 2.5, 3.5])
    expected = 4000 * np.diff(edges) / (edges[-1] - edges[0])
    assert np.abs(counts - expected).max() < 4 * math.sqrt(4000) / 2


@pytest.mark.parametrize(
    ("axis", "value", "nearest"),
    [
        (AXES["lr"], 1.0, 1e-2),
        (AXES["lr"], 1e-3, 1e-3),
        (AXES["d"], 1, 2),
        (AXES["d"], None, 2),
        (AXES["widths"], [128], [128]),
        (AXES["widths"], [7], [64, 32]),
    ],
)
def test_nearest(axis: Axis, value: object, nearest: object) -> None:
    found = axis.nearest(value)
    assert found == nearest
    assert type(found) is type(nearest)


def test_an_axis_survives_yaml() -> None:
    for axis in AXES.values():
        assert from_dict(as_dict(axis)) == axis


def test_size() -> None:
    assert size({"d": AXES["d"], "widths": AXES["widths"]}) == 6
    assert size(AXES) == math.inf


def test_random_assignments_start_with_the_default_and_more_begin_like_fewer() -> None:
    start = draw(AXES, np.random.default_rng(1))
    few, more = (random_assignments(AXES, start, n, seed=3) for n in (4, 9))
    assert few[0] == start
    assert more[:4] == few
    assert len({key(assignment) for assignment in more}) == 9
    assert random_assignments(AXES, start, 4, seed=4)[1:] != few[1:]


def test_a_finite_space_is_drawn_to_its_end() -> None:
    axes = {"d": AXES["d"], "widths": AXES["widths"]}
    start = {"d": 2, "widths": [128]}
    found = random_assignments(axes, start, 6, seed=0)
    assert sorted(map(key, found)) == sorted(
        key({"d": d, "widths": widths}) for d in (2, 3, 4) for widths in ([64, 32], [128])
    )
