"""How a number is written: one precision a column, and no digits that the spread does not bear."""

import math

import pytest

from reports.latex.numbers import Number, Precision, cell, precision_of
from reports.latex.text import escaped

NONE = Number(math.nan, math.nan, math.nan, 0)


def of(mean: float, half: float, n: int = 3) -> Number:
    return Number(mean, mean - half, mean + half, n)


@pytest.mark.parametrize(
    ("halves", "decimals"),
    [((0.25,), 2), ((2.5,), 1), ((25.0,), 0), ((250.0,), 0), ((0.0123,), 3), ((0.01, 1.0, 9.0), 1)],
)
def test_two_digits_of_the_median_spread(halves: tuple[float, ...], decimals: int) -> None:
    assert precision_of([of(5.0, half) for half in halves], None) == Precision(0, decimals)


def test_without_a_spread_three_digits_of_the_mean() -> None:
    assert precision_of([of(123.456, math.nan, n=1)], None) == Precision(0, 0)
    assert precision_of([of(1.23456, 0.0)], None) == Precision(0, 2)
    assert precision_of([NONE], None) == Precision(0, 0)
    assert precision_of([of(0.0, 0.0)], None) == Precision(0, 0)


def test_what_is_asked_for_is_kept() -> None:
    assert precision_of([of(123.456, 10)], 4).write(123.456) == "123.4560"


@pytest.mark.parametrize("value", [-0.001, 0.0, -0.0])
def test_a_rounded_zero_has_no_sign(value: float) -> None:
    assert Precision(0, 2).write(value) == "0.00"


def test_cells() -> None:
    two = Precision(0, 2)
    assert cell(of(-1.5, 0.25), two, "sd", usual_n=3, bold=False) == r"$-1.50 \pm 0.25$"
    assert cell(of(-1.5, 0.25), two, "sd", usual_n=3, bold=True) == r"$\mathbf{-1.50} \pm 0.25$"
    assert cell(of(-1.5, 0.25), two, "interval", usual_n=3, bold=False) == (
        r"$-1.50\;[-1.75,\,-1.25]$"
    )
    assert cell(of(1, math.nan, n=1), two, "sd", usual_n=3, bold=False) == "$1.00^{n=1}$"
    assert cell(NONE, two, "sd", usual_n=3, bold=False) == "--"


def test_powers_are_mathematics() -> None:
    assert escaped("lr=10⁻⁴ d_u") == r"lr=10$^{-4}$ d\_u"
    assert escaped("3 × 10⁻¹²").endswith("10$^{-12}$")
