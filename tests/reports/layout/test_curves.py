import numpy as np
import pandas as pd
import pytest

from reports.figures.curves import dot_of
from reports.layout.curves import epochs_to_climb, read_curves, roughness


def frame(rows):
    columns = ["trial_id", "epoch", "step", "split", "metric", "value"]
    curves = pd.DataFrame(rows, columns=columns)
    return curves.astype({"trial_id": "category", "split": "category", "metric": "category"})


def test_curves_become_an_array():
    curves = read_curves(
        frame(
            [
                ("b", 2, 20, "test", "elbo", -5.0),
                ("a", 1, 10, "test", "elbo", -9.0),
                ("a", 2, 20, "test", "elbo", np.inf),
                ("a", 2, 20, "train", "elbo", 1.0),
                ("a", 2, 20, "test", "kl", 2.0),
            ]
        )
    )
    assert curves.epochs.tolist() == [1, 2]
    np.testing.assert_array_equal(
        curves.of(["a", "no such trial", "b"]), [[-9, np.nan], [np.nan, np.nan], [np.nan, -5]]
    )


def test_of_two_values_at_an_epoch_the_last_counts():
    rows = [("a", 1, 10, "test", "elbo", -9.0), ("a", 1, 10, "test", "elbo", -8.0)]
    assert read_curves(frame(rows)).of(["a"]).tolist() == [[-8.0]]


def test_epochs_to_climb_closed_form():
    """1 - exp(-t / T) makes the share s of its climb at t = -T log(1 - s)."""
    epochs = np.arange(1.0, 2001.0)
    slow, fast = (100 * (1 - np.exp(-epochs / time)) for time in (100.0, 40.0))
    slow_at, fast_at = epochs_to_climb(epochs, slow, fast, 0.95)
    start = 100 * (1 - np.exp(-1 / 100))
    share = (start + 0.95 * (100 - start)) / 100
    assert slow_at == pytest.approx(-100 * np.log(1 - share), abs=1)
    assert fast_at == pytest.approx(-40 * np.log(1 - share), abs=1)


def test_epochs_to_climb_ignores_gaps_and_scale():
    epochs = np.arange(1.0, 7.0)
    a = np.array([0, np.nan, 2, 3, 4, 5.0])
    b = np.array([0, 5, 5, 5, 5, np.nan])
    assert epochs_to_climb(epochs, a, b, 0.8, least=5) == (5, 2)
    assert epochs_to_climb(epochs, 7 * a - 100, 7 * b - 100, 0.8, least=5) == (5, 2)
    assert np.isnan(epochs_to_climb(epochs, a, b, 0.8)).all()


def test_roughness_is_the_noise_whatever_the_slope():
    rng = np.random.default_rng(0)
    epochs = np.arange(1.0, 4001.0)
    noise = 0.3 * rng.standard_normal(4000)
    # Of 2000 correlated squares the root mean square is off by about 2 %.
    assert roughness(epochs, 5 * epochs + noise) == pytest.approx(0.3, rel=0.06)
    assert roughness(epochs, 5 * epochs) == pytest.approx(0, abs=1e-9)


def test_roughness_looks_at_the_second_half_alone():
    epochs = np.arange(1.0, 21.0)
    curve = np.where(epochs <= 10, 100.0 * (-1) ** epochs, 0.0)
    assert roughness(epochs, curve) == 0


def test_roughness_needs_points():
    epochs = np.arange(1.0, 9.0)
    assert np.isnan(roughness(epochs, epochs))


def test_a_curve_of_one_value_is_a_dot():
    """A line of one value would be nothing at all."""
    assert dot_of(np.array([np.nan, 3.0, np.nan])) == "."
    assert dot_of(np.array([1.0, 3.0])) == "-"
    assert dot_of(np.array([np.nan, np.nan])) == "-"
