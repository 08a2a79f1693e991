"""The figures of the tuning report, and the whole report of every kind of search."""

import dataclasses
import re
import warnings

import matplotlib as mpl
import numpy as np
import optuna
import pytest
from matplotlib import pyplot as plt

from harness.results import Results
from reports.kinds.tuning import report as tuning
from reports.kinds.tuning.curves import draw_curves
from reports.kinds.tuning.figures import figures, importances
from reports.kinds.tuning.front import draw_fronts
from reports.kinds.tuning.objective_view import View
from reports.kinds.tuning.search import read_search
from reports.kinds.tuning.study import rebuild
from reports.layout.curves import read_curves
from reports.page.figure import Figure
from reports.page.page import render
from tests.reports.helpers.reading_html import report, undrawn
from tests.reports.helpers.searches import AXES, BOUND, ELBO, MSE, grid, search, two
from tests.reports.helpers.synthetic import without


def few() -> Results:
    return search(configurations=12)


def few_of_two() -> Results:
    return search(configurations=12, objectives=(ELBO, MSE))


def one_axis() -> Results:
    return search(configurations=8, axes={"method.lr": AXES["method.lr"]})


def lost() -> Results:
    made = search()
    made.trials["status"] = "diverged"
    return made


def unfinished() -> Results:
    made = search()
    return without(made, made.plan["trial_id"].tolist())


def unplanned() -> Results:
    made = unfinished()
    return dataclasses.replace(made, plan=made.plan.iloc[:0])


def only_losses() -> Results:
    made = few()
    return dataclasses.replace(made, curves=made.curves.iloc[:0])


def three() -> Results:
    objectives = (ELBO, MSE, {"name": "kl", "direction": "lower"})
    made = search(configurations=3, objectives=objectives, constraints=("mse <= 0",))
    made.trials["metric.kl"] = -made.trials["metric.elbo"] * made.trials["param.method.d"]
    return made


@pytest.mark.parametrize(
    ("make", "kinds", "told"),
    [
        (few, "history importance slices contour coordinates", "Optuna's TPE sampler suggested"),
        (lambda: search(constraints=BOUND), "history importance", "20 meet MSE ≤ 0.05"),
        (few_of_two, "front history importance slices contour coordinates", "Pareto front"),
        (three, "front", "No configuration meets MSE ≤ 0"),
        (grid, "history slices coordinates", "A grid has no default"),
        (lambda: search(configurations=3), "history slices", "need at least 4 configurations"),
        (lambda: search(configurations=1), "history", "do not differ on any axis"),
        (one_axis, "history slices", "Only learning rate was varied"),
        (lost, "", "No configuration has a value yet"),
        (unfinished, "", "80 not finished"),
        (unplanned, "", "holds no trials"),
        (only_losses, "history", "No test ELBO was recorded along training"),
    ],
)
def test_every_kind_of_search_becomes_a_report(make, kinds, told, tmp_path):
    """Nothing leaks out of it: no warning, no open figure, no changed setting."""
    before = dict(mpl.rcParams), plt.get_fignums(), optuna.logging.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        document = report(make(), tmp_path)
    assert (dict(mpl.rcParams), plt.get_fignums(), optuna.logging.get_verbosity()) == before
    assert told.lower() in document.words.lower()
    assert all(n == 1 for n in document.ids.values())
    drawn = {name.partition("-")[0].removesuffix(".csv") for name in document.downloads}
    assert set(kinds.split()) <= drawn


def test_the_same_search_gives_the_same_report():
    made = search(configurations=8)
    assert render(tuning.page(made)) == render(tuning.page(made))


def test_importances_find_the_axis_that_matters():
    found = read_search(search(objectives=(MSE,), losses=False))
    shares = importances(View(found, rebuild(found), 0))
    assert max(shares, key=shares.get) == "d"
    assert sum(shares.values()) == pytest.approx(1)
    constant = search(losses=False)
    constant.trials["metric.elbo"] = -100.0
    found = read_search(constant)
    assert importances(View(found, rebuild(found), 0)).startswith(
        "All configurations have the same"
    )


def test_a_far_outlier_flattens_nothing_and_is_named():
    made = search(losses=False)
    made.trials.loc[[20, 21], "metric.elbo"] = -5000.0
    found = read_search(made)
    view = View(found, rebuild(found), 0)
    assert view.limits[0] > -300
    left_out = [np.isnan(view.framed(trial)) for trial in view.study.trials]
    assert left_out == [number == 10 for number in range(40)]
    with undrawn():
        parts = figures(found, view.study, 0)
    captions = {p.name: p.caption for p in parts if hasattr(p, "svg")}
    for name in ("history-elbo", "slices-elbo", "contour-elbo", "coordinates-elbo"):
        assert "1 far outlier is left out" in captions[name]


def test_curves_hold_every_trial_with_its_ending():
    made = search()
    found = read_search(made)
    curves = read_curves(made.curves, found.objectives[0])
    drawn = draw_curves(found, curves, found.configurations[5:6], "best").data
    ended = drawn.groupby(["configuration", "seed"])["status"].first()
    recorded = made.curves["trial_id"].unique()
    expected = made.trials.set_index("trial_id").loc[[*recorded], "status"]
    assert sorted(ended) == sorted(expected)
    assert (ended == "pruned").sum() > 5


@pytest.mark.parametrize("constraints", [(), BOUND])
def test_every_point_says_which_configuration_it_is(constraints) -> None:
    """A point of a slice or a contour has the number, trials and seeds of its own."""
    made = search(configurations=12, constraints=constraints)
    read = read_search(made)
    drawn = [part for part in figures(read, rebuild(read), 0) if isinstance(part, Figure)]
    tooltips = {read.tooltip(c.number) for c in read.valued}
    for figure in drawn:
        if figure.name.startswith(("slices", "contour", "history")):
            assert said(figure) == tooltips, figure.name


def test_every_point_of_a_front_says_which_configuration_it_is() -> None:
    both = read_search(two())
    (front,) = draw_fronts(both, rebuild(both))
    beyond = {both.tooltip(c.number) for c in both.valued} - said(front)
    assert f"{len(beyond)} configuration outside the frame" in front.caption


def said(figure: Figure) -> set[str]:
    return {*re.findall("<title>(number [^<]*)</title>", figure.svg)}
