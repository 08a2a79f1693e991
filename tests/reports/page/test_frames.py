"""Frames that hold intervals, ticks of logarithmic axes, tooltips, one precision a column."""

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from reports.page.figure import robust_limits, style
from reports.page.intervals import draw_intervals, holding
from reports.page.svg import tell, to_svg, typeset
from reports.page.text import durations
from reports.page.ticks import log_ticks


def test_a_frame_holds_intervals_but_those_out_of_all_proportion():
    low, high = holding((0.0, 1.0), [-0.5, np.nan], [1.5, 2.0])
    assert -0.7 < low < -0.5
    assert 2.0 < high < 2.2
    assert holding((0.0, 1.0), [0.2], [0.8]) == (0.0, 1.0)
    assert holding((0.0, 1.0), [-300.0], [300.0]) == (0.0, 1.0)


def test_an_interval_that_is_cut_is_counted_and_marked():
    axes = Canvas().subplots()
    ends = np.array([-1.0, 0.2, np.nan]), np.array([2.0, 0.4, np.nan])
    assert draw_intervals(axes, np.arange(3.0), *ends, (0.0, 1.0), colour="#000000") == 1
    assert len(axes.lines) == 2  # an arrow head below and one above


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1e-5, 1e-2, [1e-5, 1e-4, 1e-3, 1e-2]),
        (0.25, 4.0, [0.3, 1, 3]),
        (2.5e-4, 4.5e-4, [3e-4]),
    ],
)
def test_ticks_of_a_logarithmic_axis(low, high, ticks):
    found = log_ticks(low, high)
    assert set(np.round(ticks, 9)) <= set(np.round(found, 9))
    assert len(found) <= 5


def test_marks_say_which_trial_they_are():
    with style():
        canvas = Canvas()
        (marks,) = canvas.subplots().plot([1, 2], [1, 2], "o")
        tell(marks, ["trial a, seed 0", "trial b & c, seed 1"])
        svg = to_svg(canvas, "drawn")
    assert "<title>trial a, seed 0</title></use>" in svg
    assert "<title>trial b &amp; c, seed 1</title></use>" in svg


def test_raised_digits_are_typeset():
    assert typeset("3 × 10⁻⁴") == r"3 × 10$^{\mathregular{-4}}$"
    assert typeset("β = 2") == "β = 2"
    assert typeset("5 $ and 10² $") == r"5 \$ and 10$^{\mathregular{2}}$ \$"


@pytest.mark.parametrize("name", [r"$\frac{$", "$x$", "$10² $x$", r"\$"])
def test_a_dollar_sign_in_a_name_is_one(name):
    """Each name is drawn with as many glyphs as it has signs; broken mathtext ends nothing."""

    def drawn(text):
        with style():
            canvas = Canvas()
            axes = canvas.subplots()
            axes.plot([1e-5, 1], [1, 2], label=text)
            axes.set(title=text, xlabel=text, xscale="log")
            axes.set_yticks([1, 2], [text, text])
            axes.annotate(text, (0.1, 1))
            axes.legend()
            return to_svg(canvas, "drawn")

    assert drawn(name).count("<use") == drawn(name.replace("$", "S")).count("<use")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ([3.7, 3.66, np.nan], ["3.70 s", "3.66 s", "–"]),
        ([0.7, 12.34], ["0.7 s", "12.3 s"]),
        ([4.2, 61.0], ["4 s", "1:01 min"]),
    ],
)
def test_a_column_of_durations_has_one_precision(seconds, said):
    assert durations(seconds) == said


def test_a_number_that_no_frame_holds_does_not_break_it():
    low, high = robust_limits(np.array([1.0, 2.0, 3.0, 1e308, -1e308]))
    assert -10 < low < 1
    assert 3 < high < 10
    assert robust_limits(np.array([1e308])) == (0.0, 1.0)
