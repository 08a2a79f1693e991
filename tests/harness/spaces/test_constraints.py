"""The one grammar of constraints."""

import math

import pytest

from harness.errors import UserError
from harness.spaces.constraints import Constraint, parse_constraint

VALUES = {"method.epsilon": 0.125, "method.name": "rodi", "method.flag": True}


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        ("mse <= 0.05", Constraint("mse", "<=", 0.05)),
        (" mse<=+5e-2 ", Constraint("mse", "<=", 0.05)),
        ("elbo >= -150.5 - 1", Constraint("elbo", ">=", -150.5, "", 1.0)),
        ("mse <= 0.123456789 + 1.00000001", Constraint("mse", "<=", 0.123456789, "", 1.00000001)),
        ("mse <= .5 + 1E-3", Constraint("mse", "<=", 0.5, "", 1e-3)),
    ],
)
def test_numbers(text: str, constraint: Constraint) -> None:
    assert parse_constraint(text, "here") == constraint
    assert parse_constraint(str(constraint), "here") == constraint


def test_a_hyperparameter_is_a_bound() -> None:
    constraint = parse_constraint("i_t_prime <= method.epsilon + 0.02", "here")
    assert str(constraint) == "i_t_prime <= method.epsilon + 0.02"
    assert math.isnan(constraint.bound)
    assert constraint.bound_for(VALUES.get) == 0.125
    assert constraint.excess(0.145, VALUES.get) == pytest.approx(0, abs=1e-12)
    assert constraint.excess(0.245, VALUES.get) == pytest.approx(0.1)


@pytest.mark.parametrize("path", ["method.name", "method.flag", "method.nothing"])
def test_what_is_no_number_bounds_nothing(path: str) -> None:
    assert math.isnan(parse_constraint(f"mse <= {path}", "here").bound_for(VALUES.get))


@pytest.mark.parametrize("sign", ["<=", ">="])
@pytest.mark.parametrize("tolerance", [0.0, 0.5])
def test_excess_is_the_distance_beyond_what_is_tolerated(sign: str, tolerance: float) -> None:
    way = "+" if sign == "<=" else "-"
    constraint = parse_constraint(f"m {sign} 1 {way} {tolerance}", "here")
    edge = 1 + constraint.outward * tolerance
    for beyond in (-1.0, 0.0, 0.25):
        excess = constraint.excess(edge + constraint.outward * beyond, VALUES.get)
        assert excess == pytest.approx(beyond)


@pytest.mark.parametrize(
    "text",
    [
        "mse",
        "<= 3",
        "mse <= ",
        "mse < 1",
        "mse <= much",
        "mse <= nan",
        "mse <= inf",
        "mse <= -Infinity",
        "mse <= 1e999",
        "mse <= 1 + nan",
        "mse <= 1 + -2",
        "mse <= Method.x",
        "mse <= 1 2",
        "a.mse <= 1",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(UserError, match="here: cannot read"):
        parse_constraint(text, "here")


@pytest.mark.parametrize("text", ["mse <= 1 - 0.1", "elbo >= 1 + 0.1"])
def test_a_tolerance_never_narrows_the_bound(text: str) -> None:
    with pytest.raises(UserError, match="a tolerance widens the bound"):
        parse_constraint(text, "here")
