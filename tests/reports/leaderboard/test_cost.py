"""The figure of quality against cost, and what downloads keep of a number."""

import numpy as np
import pandas as pd
import pytest

from reports.layout.board import Entry
from reports.leaderboard.cost import _front, _Point
from reports.leaderboard.dataset_table import shortened
from reports.stats.estimates import Estimate


def point(name, seconds, value):
    entry = Entry(name, name, "", "none", False, {})
    return _Point(entry, seconds, Estimate(value, value - 0.02, value + 0.02, 5))


def test_the_front_is_what_no_other_beats_in_both():
    points = [point("slow", 9, 0.3), point("best", 5, 0.5), point("fast", 1, 0.2)]
    assert [p.entry.name for p in _front(points, 1)] == ["fast", "best"]
    assert [p.entry.name for p in _front(points, -1)] == ["fast"]


def test_downloads_are_single_where_measured_and_exact_where_set():
    data = pd.DataFrame({"mean": [0.123456789, np.nan], "param.lr": [1e-4, 3e-4], "n": [1, 2]})
    short = shortened(data.assign(huge=[1e308, 1.0]))
    assert short.dtypes.astype(str).to_dict() == {
        "mean": "float32",
        "param.lr": "float64",
        "n": "int64",
        "huge": "float64",
    }
    assert short["param.lr"].tolist() == [1e-4, 3e-4]
    assert float(short["mean"][0]) == pytest.approx(0.1234568, rel=6e-8)
