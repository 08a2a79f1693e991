"""The tuning report of made-up searches."""

import dataclasses
import itertools
import json
import shlex

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.config.sweep import resolve
from harness.config.trials import trial_from_dict
from harness.errors import UserError
from harness.methods import METHODS, hyperparameter_names
from harness.results import Results
from reports.kinds.tuning import report as tuning
from reports.kinds.tuning.command import confirm_command, train_command
from reports.kinds.tuning.search import Search, read_search
from reports.kinds.tuning.study import front, rebuild
from reports.page.page import render
from tests.harness.config.helpers.fitting import fitting
from tests.reports.helpers.searches import AXES, BOUND, ELBO, MSE, search, two
from tests.reports.helpers.synthetic import without


def by_configuration(made: Results) -> pd.DataFrame:
    """Mean metrics of the configurations whose seeds are all ok, by a path of its own."""
    keys = [f"param.{key}" for key in AXES]
    trials = made.trials.assign(lost=made.trials["status"] != "ok")
    gathered = trials.groupby(keys, sort=False)
    means = gathered[["metric.elbo", "metric.mse"]].mean()
    means["number"] = range(len(means))
    return means[~gathered["lost"].any()].set_index("number")


def overrides(command: str) -> list[str]:
    return shlex.split(command.replace("\\\n", " "))[2:]


def text_of(made: Results) -> str:
    found = read_search(made)
    parts = [part for o in found.objectives for part in tuning.headline(found, o)]
    return " ".join(map(str, parts))


@pytest.mark.parametrize("constraints", [(), BOUND, ("mse >= 0.045", "elbo <= -141")])
@pytest.mark.parametrize("objective", [ELBO, MSE])
def test_the_best_is_the_best_mean_of_those_that_meet_the_constraints(objective, constraints):
    made = search(objectives=(objective,), constraints=constraints)
    means = by_configuration(made)
    for constraint in constraints:
        name, sense, bound = constraint.split()
        column = means[f"metric.{name}"]
        means = means[column <= float(bound) if sense == "<=" else column >= float(bound)]
    column = means[f"metric.{objective['name']}"]
    expected = column.idxmax() if objective is ELBO else column.idxmin()
    found = read_search(made)
    best = found.best(found.objectives[0])
    assert best.number == expected
    assert best.mean(found.objectives[0]).value == pytest.approx(column[expected])


def test_a_configuration_that_lost_a_seed_has_no_value_but_is_there():
    made = search()
    found = read_search(made)
    assert len(found.configurations) == 40
    assert [c.number for c in found.valued] == by_configuration(made).index.tolist()
    assert {c.status for c in found.configurations} == {"ok", "pruned", "diverged", "failed"}
    failed = next(c for c in found.configurations if c.endings == ("ok", "failed"))
    assert failed.status == "failed"
    assert np.isnan(failed.mean(found.objectives[0]).value)
    table = tuning.configurations_table(found)
    assert table.n_rows == 40
    assert table.columns[-3].cells[failed.number] == "failed"


def test_a_seed_that_is_ok_without_its_metric_has_no_value():
    made = search(losses=False)
    made.trials.loc[made.trials.index[7], "metric.elbo"] = np.inf
    assert read_search(made).configurations[3].status == "no value"
    late = without(made, [made.plan["trial_id"][2]])
    assert read_search(late).configurations[1].status == "missing"


def test_the_lead_over_the_default_is_a_paired_t_test():
    made = search(seeds=3, losses=False)
    found = read_search(made)
    best, default = found.best(found.objectives[0]), found.default
    gap = best.minus(default, found.objectives[0])
    theirs = stats.ttest_rel(best.scores["elbo"], default.scores["elbo"])
    assert gap.p == pytest.approx(theirs.pvalue)
    assert gap.low == pytest.approx(theirs.confidence_interval().low)
    assert "The best is better, and this is shown: best − default = +" in text_of(made)


def test_a_lead_that_is_not_shown_is_called_so():
    assert "better, but this is not shown: best − default" in text_of(search(seeds=1))
    assert "one seed in common gives no interval" in text_of(search(seeds=1))
    noisy = search(losses=False)
    noisy.trials["metric.elbo"] += np.tile([60.0, -60.0], 40) * (np.arange(80) > 1)
    assert "but this is not shown" in text_of(noisy)
    assert "That is the default: no other configuration" in text_of(search(configurations=1))


def test_headlines_of_searches_without_a_best():
    made = search()
    nothing = without(made, made.plan["trial_id"].tolist())
    assert "No configuration has a value yet." in text_of(nothing)
    assert "meets MSE ≤ 0, so none" in text_of(search(constraints=("mse <= 0",)))
    lost = without(made, [made.plan["trial_id"][0]])
    assert "The default (number 0) has no value (missing)" in text_of(lost)
    assert "violates MSE ≤ 0.05. The best is better" in text_of(search(constraints=BOUND))


@pytest.mark.parametrize("method", METHODS.paths())
def test_the_command_gives_exactly_the_trial(method):
    datasets = fitting(method)
    asked = [f"method={method}", *datasets[len(method) % len(datasets)], "scale=paper"]
    if method == "aign_pose":  # its basis is of 32 joints
        asked.append("dataset.joints=32")
    if "lr" in hyperparameter_names(method):  # a reference learns nothing
        asked.append("method.lr=3.123e-05")
    (trial,) = resolve([*asked, "scale.train_limit=77", "seed=11"], single=True).trials
    (again,) = resolve(overrides(train_command(trial.as_dict())), single=True).trials
    assert again.trial_id == trial.trial_id


def test_awkward_values_survive_shell_and_grammar():
    values = ["two words", 'a"b', "null", "1e-3", "", "a,b", "[x", "$HOME", "it's"]
    config = {"method": {"name": "vae", "x": values, "y": None, "z": {"k": True}}, "seed": 0}
    from harness.config.overrides import parse

    given = {o.key_or_group: o.value() for o in parse(overrides(train_command(config)))}
    assert given == {
        "method": "vae",
        "method.x": values,
        "method.y": None,
        "method.z": {"k": True},
        "seed": 0,
    }


def test_the_best_is_confirmed_with_seeds_that_the_search_has_not_seen():
    made = search(configurations=5)
    best = read_search(made).configurations[2]
    command = tuning.commands(read_search(made), best)[1].unescape()
    fresh = resolve(overrides(confirm_command(best.config, 2))).trials
    assert "seed=2 seeds=5" in command
    assert [trial.seed for trial in fresh] == [2, 3, 4, 5, 6]
    assert not {trial.trial_id for trial in fresh} & set(made.plan["trial_id"])
    back = dataclasses.replace(fresh[0], seed=0)
    assert back.trial_id == trial_from_dict(best.config).trial_id == best.trial_ids[0]


def test_the_study_has_the_configurations_numbers_states_and_values():
    found = read_search(search(constraints=BOUND))
    study = rebuild(found)
    for trial, c in zip(study.trials, found.configurations, strict=True):
        assert trial.state.name == {"ok": "COMPLETE", "pruned": "PRUNED"}.get(c.status, "FAIL")
        assert trial.params == {axis.label: c.values[axis.key] for axis in found.axes}
        assert c.status != "ok" or trial.value == c.mean(found.objectives[0]).value
    assert study.best_trial.number == found.best(found.objectives[0]).number


def test_axes_are_widened_for_the_default_and_lack_what_has_no_place():
    axes = {
        "method.lr": {"kind": "float", "low": 1e-3, "high": 1e-2, "log": True},
        "method.transform": {"kind": "categorical", "choices": ["affine", "cpab"]},
        "method.steps": {"kind": "int", "low": 1, "high": 8, "log": False},
        "method.no_such": {"kind": "float", "low": 0.1, "high": 1.0, "log": True},
        "method.tessellation": {"kind": "categorical", "choices": [[2, 4], [4, 4]]},
    }
    made = search(configurations=6, losses=False)
    made.sweep["search"]["axes"] = axes
    first = rebuild(read_search(made)).trials[0]
    assert first.params == {
        "learning rate": 1e-4,
        "parametrization": "affine_diffeo",
        "tessellation": "[2, 4]",
    }
    assert first.distributions["learning rate"].low < 1e-4
    assert first.distributions["learning rate"].high == 1e-2
    assert "affine_diffeo" in first.distributions["parametrization"].choices
    assert "steps" in render(tuning.page(made))


def test_two_axes_of_one_name_go_by_their_paths():
    made = search(configurations=4)
    made.sweep["search"]["axes"]["dataset.d"] = {"kind": "int", "low": 1, "high": 2, "log": False}
    labels = [axis.label for axis in read_search(made).axes]
    assert labels == ["learning rate", "method.d", "parametrization", "dataset.d"]
    del made.sweep["search"]["axes"]["dataset.d"]


def front_by_force(found: Search) -> set[int]:
    signs = [objective.sign for objective in found.objectives]
    points = {
        c.number: np.array(
            [s * c.mean(o).value for s, o in zip(signs, found.objectives, strict=True)]
        )
        for c in filter(found.feasible, found.configurations)
    }
    beaten = {
        one
        for one, other in itertools.permutations(points, 2)
        if (points[other] >= points[one]).all() and (points[other] > points[one]).any()
    }
    return set(points) - beaten


@pytest.mark.parametrize("constraints", [(), BOUND, ("mse <= 0",)])
def test_the_front_is_what_no_other_configuration_beats(constraints):
    found = read_search(search(objectives=(ELBO, MSE), constraints=constraints))
    fronted = front(found, rebuild(found))
    assert {c.number for c in fronted} == front_by_force(found)
    assert not constraints or len(fronted) != len(front_by_force(read_search(two())))


@pytest.mark.parametrize(
    "damage",
    [
        {"axes": {"method.lr": {"kind": "real"}}},
        {"axes": {"method.lr": {"kind": "float"}}},
        {"objectives": [{"direction": "higher"}]},
        {"constraints": ["mse < 0.05"]},
        {"constraints": ["mse <= small"]},
    ],
)
def test_a_damaged_search_is_named_with_its_remedy(damage):
    made = search(configurations=2)
    made.sweep["search"] |= damage
    with pytest.raises(UserError, match=r"runs/made-up: the search kept in sweep.yaml .* again"):
        tuning.page(made)


def test_a_plan_keeps_its_order_of_suggestion_when_seeds_are_apart():
    made = search(configurations=6)
    order = np.r_[np.arange(0, 12, 2), np.arange(1, 12, 2)]
    apart = dataclasses.replace(made, plan=made.plan.iloc[order].reset_index(drop=True))
    assert [c.trial_ids for c in read_search(apart).configurations] == [
        c.trial_ids for c in read_search(made).configurations
    ]
    assert json.loads(made.plan["config"][0])["method"]["lr"] == 1e-4
