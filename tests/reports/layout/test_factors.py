"""Factors of a sweep: their levels, and where these lie on an axis."""

import numpy as np
import pytest

from reports.layout.factors import Factor, factors_of
from reports.layout.grid import lay_out
from tests.reports.helpers.ablations import factorial


def factors(**levels):
    made = factorial({f"method.{k}": v for k, v in levels.items()}, lambda **_: 1.0, seeds=1)
    return {f.key: f for f in factors_of(lay_out(made, axis=False), made)}


def test_numbers_ascend_and_names_keep_the_sweeps_order():
    found = factors(lr=[1e-2, 1e-4, 1e-3], variant=["e", "a", "b"], flag=[True, False])
    assert found["method.lr"].levels == (1e-4, 1e-3, 1e-2)
    assert found["method.variant"].levels == ("e", "a", "b")
    assert found["method.flag"].levels == (True, False)
    assert [f.numeric for f in found.values()] == [True, False, False]


def test_lists_are_levels_too():
    """A column keeps a list as its JSON."""
    made = factorial({"method.widths": ["[64, 32]", "[128, 64]"]}, lambda **_: 1.0)
    made.sweep["swept"] = {"method.widths": [[128, 64], [64, 32]]}
    (found,) = factors_of(lay_out(made, axis=False), made)
    assert found.levels == ("[128, 64]", "[64, 32]")


@pytest.mark.parametrize(
    ("levels", "log"),
    [
        ((1e-4, 1e-3, 1e-2), True),
        ((0.03, 0.125, 0.5), True),
        ((2, 4, 8, 16), True),
        ((1, 2, 3, 4), False),
        ((10, 20, 30), False),
        ((1, 2), False),
        ((1e-4, 1e-3), True),
        ((0, 0.01, 0.05), True),
        ((0, 1, 2), False),
        ((0, 1), False),
        ((-1, 0, 1), False),
        ((5,), False),
        ((0,), False),
    ],
)
def test_geometric_levels_lie_on_a_logarithmic_axis(levels, log):
    factor = Factor("method.x", levels, numeric=True)
    assert factor.log == log
    places = factor.places
    assert len(places) == len(levels)
    assert (np.diff(places) > 0).all()
    if log and levels[0] > 0:
        assert places == pytest.approx(np.log10(levels))
    if not log:
        assert places == pytest.approx(levels)


def test_zero_lies_a_step_before_the_first_logarithm():
    places = Factor("method.b_gamma", (0, 0.01, 0.1, 1), numeric=True).places
    assert places == pytest.approx([-3, -2, -1, 0])


def test_labels():
    assert Factor("method.lr", (1e-4, 1e-3), numeric=True).labels == ["10⁻⁴", "10⁻³"]
    assert Factor("method.b", (0, 0.01, 0.05), numeric=True).labels == ["0", "0.01", "0.05"]
    assert Factor("method.b", (-1, 2), numeric=True).labels == ["−1", "2"]
    named = Factor("method", ("vae", "b"), numeric=False)
    assert named.label(None) == named.label(np.nan) == "–"
    assert Factor("dataset.memory", ("", "male"), numeric=False).labels == ["none", "male"]
    assert [named.code(v) for v in ("vae", "b", None)] == [0, 1, -1]
