import numpy as np
import pytest

from reports.page.text import article, interval, level_label, number, p_value, words
from reports.stats.estimates import Estimate


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-139.2173, "−139.2"),
        (3.40951, "3.410"),
        (-5012.3, "−5,012"),
        (0, "0"),
        (-0.00001, "−1.000e−05"),
        (np.nan, "–"),
        (-np.inf, "−∞"),
    ],
)
def test_number(value, text):
    assert number(value) == text


def test_interval_is_rounded_to_its_width():
    assert (
        interval(Estimate(-139.2173, -140.14, -138.29, 5), "nats")
        == "−139.22 [−140.14, −138.29] nats"
    )
    assert interval(Estimate(12.53, 10.9, 14.1, 5), signed=True) == "+12.5 [+10.9, +14.1]"
    assert interval(Estimate(0.3, -1234.0, 1234.6, 5)) == "0 [−1,234, 1,235]"
    assert interval(Estimate(2.0, np.nan, np.nan, 1)) == "2.00"
    assert interval(Estimate(243.72611, 243.72610, 243.72612, 2), "mm") == "244 mm"
    assert interval(Estimate(0.0, -1e-9, 1e-9, 2)).startswith("0")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-4, "10⁻⁴"),
        (0.1, "10⁻¹"),
        (1e-3, "10⁻³"),
        (1, "1"),
        (16, "16"),
        (100, "100"),
        (1000, "10³"),
        (3e-4, "3 × 10⁻⁴"),
        (0.25, "0.25"),
        (0, "0"),
        (-2, "−2"),
    ],
)
def test_level_label(value, text):
    assert level_label(value) == text


def test_every_decade_is_written_as_one():
    for exponent in range(-12, 0):
        assert not level_label(10.0**exponent).startswith(("1 ×", "9", "10 ×"))


def test_words_and_p_values():
    assert [words(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert (p_value(0.0123), p_value(1e-9)) == ("p = 0.012", "p < 0.001")


@pytest.mark.parametrize("said", ["a loss", "an error", "an ELBO", "an MSE", "a log likelihood"])
def test_article(said):
    assert article(said.partition(" ")[2]) == said
